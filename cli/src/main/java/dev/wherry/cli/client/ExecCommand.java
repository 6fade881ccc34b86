package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Query;
import dev.wherry.cli.client.stream.PodContainers;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.stream.RemoteCommand;
import dev.wherry.cli.client.stream.Terminal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry exec}. */
@Command(
    name = "exec",
    description = "Execute a command in a container.",
    mixinStandardHelpOptions = true)
public final class ExecCommand extends ClientCommand {
  private static final int RESIZE_POLL_MILLIS = 200;

  @Parameters(
      paramLabel = "POD -- COMMAND",
      arity = "0..*",
      description = "The pod, or TYPE/NAME, and the command behind --.")
  private List<String> words = List.of();

  @Option(
      names = {"-c", "--container"},
      description = "The container; by default the first.")
  private String container = "";

  @Option(
      names = {"-i", "--stdin"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Pass the standard input on.")
  private boolean stdin;

  @Option(
      names = {"-t", "--tty"},
      arity = "0..1",
      fallbackValue = "true",
      description = "The standard input is a terminal.")
  private boolean tty;

  @Option(
      names = {"-q", "--quiet"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Print only what the command prints.")
  private boolean quiet;

  @Option(names = "--pod-running-timeout", hidden = true)
  private String podRunningTimeout = "";

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  public ExecCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(Session session) {
    check();
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    JsonNode pod = lookup.find(words.getFirst()).getFirst();
    String phase = pod.path("status").path("phase").asText();
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      throw ClientException.error(
          "cannot exec into a container in a completed pod; current phase is " + phase);
    }
    String name = container(pod);
    Optional<Terminal> terminal = terminal();
    ResourceType pods = session.discovery().resolve("pods");
    JsonNode metadata = pod.path("metadata");
    Query query =
        new Query(
                pods.path(metadata.path("namespace").asText(), metadata.path("name").asText())
                    + "/exec")
            .add("container", name)
            .add("stdin", stdin)
            .add("stdout", true)
            .add("stderr", terminal.isEmpty())
            .add("tty", terminal.isPresent());
    words.subList(1, words.size()).forEach(word -> query.add("command", word));
    int code =
        terminal.isPresent()
            ? inTerminal(session, query.toString(), terminal.get())
            : plain(session, query.toString());
    if (code != 0) {
      throw ClientException.exit(code, "command terminated with exit code " + code);
    }
    return 0;
  }

  private void check() {
    boolean separated =
        spec != null && spec.commandLine().getParseResult().originalArgs().contains("--");
    if (words.isEmpty()) {
      throw ClientException.error("pod, type/name or --filename must be specified");
    }
    if (words.size() == 1) {
      throw ClientException.error("you must specify at least one command for the container");
    }
    if (!separated) {
      throw ClientException.error(
          "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
              + "See 'wherry exec -h' for help and examples");
    }
  }

  private String container(JsonNode pod) {
    return container.isEmpty()
        ? new PodContainers(pod).defaulted(streams().err(), quiet)
        : container;
  }

  private Optional<Terminal> terminal() {
    if (!stdin || !tty) {
      return Optional.empty();
    }
    Terminal terminal = new Terminal();
    if (terminal.present()) {
      return Optional.of(terminal);
    }
    if (!quiet) {
      streams()
          .err()
          .println("Unable to use a TTY - input is not a terminal or the right kind of file");
    }
    return Optional.empty();
  }

  private int plain(Session session, String path) {
    RemoteCommand.Running running =
        RemoteCommand.start(session.api(), path, streams().out(), streams().err());
    if (stdin) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> running.pump(streams().in()));
    }
    return running.await();
  }

  /** The settings of the terminal come back however the program ends. */
  private int inTerminal(Session session, String path, Terminal terminal) {
    RemoteCommand.Running running =
        RemoteCommand.start(session.api(), path, streams().out(), streams().err());
    Runnable restore = terminal.raw();
    Thread hook = Thread.ofPlatform().unstarted(restore);
    Runtime.getRuntime().addShutdownHook(hook);
    try (ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory())) {
      Terminal.Size[] last = {new Terminal.Size(0, 0)};
      clock.scheduleWithFixedDelay(
          () ->
              terminal
                  .size()
                  .filter(size -> !size.equals(last[0]))
                  .ifPresent(size -> {
                    last[0] = size;
                    running.resize(size);
                  }),
          0,
          RESIZE_POLL_MILLIS,
          TimeUnit.MILLISECONDS);
      Thread.ofPlatform().daemon().name("stdin").start(() -> running.pump(streams().in()));
      int code = running.await();
      clock.shutdownNow();
      return code;
    } finally {
      restore.run();
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
