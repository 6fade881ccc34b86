package dev.wherry.cli.client.copy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.Pipe;
import dev.wherry.cli.client.stream.PodContainers;
import dev.wherry.cli.client.stream.RemoteCommand;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.pod.PodPhases;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry cp}: the container needs a tar. */
@Command(
    name = "cp",
    description = "Copy files to and from containers.",
    mixinStandardHelpOptions = true)
public final class CopyCommand extends ClientCommand {
  private static final int PIPE_BYTES = 256 * 1024;

  @Parameters(
      paramLabel = "SOURCE TARGET",
      arity = "0..*",
      description = "One is a file here, the other [NAMESPACE/]POD:FILE.")
  private List<String> words = List.of();

  @Option(
      names = {"-c", "--container"},
      description = "The container; by default the first.")
  private String container = "";

  @Option(
      names = "--no-preserve",
      arity = "0..1",
      fallbackValue = "true",
      description = "Owner and permissions are not kept in the container.")
  private boolean plain;

  @Option(names = "--retries", description = "How often a broken copy goes on; -1 for ever.")
  private int retries;

  public CopyCommand(Streams streams) {
    super(streams);
  }

  /** A container that is copied to or from. */
  private record Box(Session session, String path, String container) {
    RemoteCommand.Running start(
        List<String> command, boolean stdin, OutputStream out, OutputStream err) {
      Query query =
          new Query(path)
              .add("container", container)
              .add("stdin", stdin)
              .add("stdout", true)
              .add("stderr", true);
      command.forEach(word -> query.add("command", word));
      return RemoteCommand.start(session.api(), query.toString(), out, err);
    }
  }

  @Override
  protected int run(Session session) {
    if (words.size() != 2) {
      throw ClientException.error("source and destination are required");
    }
    Place from = Place.parse(words.get(0));
    Place to = Place.parse(words.get(1));
    if (!from.local() && !to.local()) {
      throw ClientException.error("one of src or dest must be a local file specification");
    }
    if (from.file().isEmpty() || to.file().isEmpty()) {
      throw ClientException.error("filepath can not be empty");
    }
    if (from.local() && to.local()) {
      throw ClientException.error("one of src or dest must be a remote file specification");
    }
    try {
      if (from.local()) {
        send(box(session, to), Path.of(from.file()), to.file());
      } else {
        fetch(box(session, from), from, Path.of(to.file()));
      }
    } catch (IOException e) {
      throw ClientException.error("the copy broke off: " + e.getMessage());
    }
    return 0;
  }

  private Box box(Session session, Place place) {
    String namespace = place.namespace().isEmpty() ? session.namespace() : place.namespace();
    String path = session.discovery().resolve("pods").path(namespace, place.pod());
    JsonNode pod = session.api().get(path);
    String phase = pod.path("status").path("phase").asText();
    if (PodPhases.isFinished(phase)) {
      throw ClientException.error(
          "cannot exec into a container in a completed pod; current phase is " + phase);
    }
    String name =
        container.isEmpty() ? new PodContainers(pod).defaulted(streams().err(), false) : container;
    return new Box(session, path + "/exec", name);
  }

  private void send(Box box, Path source, String target) throws IOException {
    boolean pattern = source.toString().chars().anyMatch(c -> "*?[".indexOf(c) >= 0);
    if (!pattern && !Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
      throw ClientException.error(source + " doesn't exist in local filesystem");
    }
    Path base = source.toAbsolutePath().normalize().getFileName();
    boolean folder =
        box.start(
                    List.of("test", "-d", target),
                    false,
                    OutputStream.nullOutputStream(),
                    OutputStream.nullOutputStream())
                .await()
            == 0;
    Path goal = Path.of(folder ? target + "/" + base : target).normalize();
    List<String> command = new ArrayList<>(List.of("tar"));
    if (plain) {
      command.addAll(List.of("--no-same-permissions", "--no-same-owner"));
    }
    command.addAll(List.of("-xmf", "-"));
    if (goal.getParent() != null) {
      command.addAll(List.of("-C", goal.getParent().toString()));
    }
    Pipe pipe = new Pipe(PIPE_BYTES);
    InputStream input = pipe.in();
    OutputStream archive = pipe.out();
    RemoteCommand.Running running = box.start(command, true, streams().out(), streams().err());
    Thread.ofPlatform().daemon().name("copy").start(() -> pumped(running, input));
    Optional<IOException> broken = Optional.empty();
    try (archive) {
      Archive.pack(source, String.valueOf(goal.getFileName()), archive);
    } catch (IOException e) {
      broken = Optional.of(e);
    }
    ended(running.await());
    if (broken.isPresent()) {
      throw broken.get();
    }
  }

  /** Whoever packs must not wait for a command that is gone. */
  private static void pumped(RemoteCommand.Running running, InputStream input) {
    try (input) {
      running.pump(input);
    } catch (IOException e) {
      // How the command ended, await tells.
    }
  }

  private static void ended(int code) {
    if (code != 0) {
      throw ClientException.exit(code, "command terminated with exit code " + code);
    }
  }

  private void fetch(Box box, Place from, Path target) throws IOException {
    String stripped = from.file().replaceFirst("^/+", "");
    String prefix = inside(Path.of(stripped).normalize().toString());
    String hint =
        "wherry exec -n \"%s\" \"%s\" -- tar cf - \"%s\" | tar xf -"
            .formatted(from.namespace(), from.pod(), from.file());
    try (InputStream in =
        new ResumingInput(skipped -> open(box, from.file(), skipped), retries, streams().out())) {
      Archive.unpack(in, prefix, target, hint, streams().err());
    }
  }

  /** A name without what leads upwards. */
  private static String inside(String name) {
    String rest = name;
    while (rest.startsWith("../")) {
      rest = rest.substring("../".length());
    }
    return rest.equals(".") || rest.equals("..") ? "" : rest;
  }

  private InputStream open(Box box, String file, long skipped) {
    Pipe pipe = new Pipe(PIPE_BYTES);
    List<String> command =
        retries == 0
            ? List.of("tar", "cf", "-", file)
            : List.of(
                "sh",
                "-c",
                "tar cf - '%s' | tail -c+%d".formatted(file.replace("'", "'\\''"), skipped + 1));
    RemoteCommand.Running running = box.start(command, false, pipe.out(), streams().err());
    return new RemoteInput(pipe.in(), pipe.out(), running);
  }
}
