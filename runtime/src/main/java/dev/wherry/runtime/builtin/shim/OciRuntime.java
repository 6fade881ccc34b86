package dev.wherry.runtime.builtin.shim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The OCI runtime's program, with a state folder of our own. Its first runs and execs are
 * wherry-shim's; here is the rest.
 *
 * @param program runc, or another with its command line (crun)
 * @param root its state
 * @param systemd whether systemd makes the cgroups
 */
public record OciRuntime(Path program, Path root, boolean systemd) {
  private static final System.Logger LOG = System.getLogger(OciRuntime.class.getName());
  private static final long CALL_SECONDS_MAX = 60;

  /** In this order: runc works on every cgroup layout. */
  public static final List<String> NAMES = List.of("runc", "crun");

  private static final List<String> FOLDERS =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /**
   * The host's program; empty when it has none.
   *
   * @param wanted a name, an absolute path, or "" for the first of {@link #NAMES}
   */
  public static Optional<Path> find(String wanted) {
    if (wanted.startsWith("/")) {
      return Optional.of(Path.of(wanted)).filter(Files::isRegularFile).filter(Files::isExecutable);
    }
    return (wanted.isEmpty() ? NAMES : List.of(wanted))
        .stream()
            .flatMap(name -> FOLDERS.stream().map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
  }

  /**
   * Whose a program is: the first word of what it says of its version. One that says nothing is its
   * own family.
   */
  public static String family(Path program) {
    try {
      List<String> command = List.of(program.toString(), "--version");
      byte[] said = call(command, "--version", new byte[0]);
      String word = new String(said, StandardCharsets.UTF_8).strip().split("\\s", 2)[0];
      return word.isEmpty() ? program.toString() : word;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "program={0} does not tell its version: {1}", program, e.getMessage());
      return program.toString();
    }
  }

  /** Kills what is left of a container and forgets it; one that is unknown is no error. */
  public void delete(String id) throws IOException {
    run(List.of("delete", "--force", id), new byte[0]);
  }

  /** The same, but a failure is only logged: one bad container must not keep the others away. */
  public void deleteIfPossible(String id) {
    try {
      delete(id);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "container not deleted id={0} why={1}", id, e.getMessage());
    }
  }

  /** Sets limits of a running container, a {@code linux.resources} tree. */
  public void update(String id, ObjectNode resources) throws IOException {
    run(List.of("update", "--resources", "-", id), Trees.bytes(resources));
  }

  /** Whether it can mount recursively read-only, as it says itself. */
  public boolean hasRecursiveReadOnly() {
    return says("/mountOptions", "rro");
  }

  /**
   * Whether its containers can have user namespaces, as it says itself. Those of runc before 1.1,
   * which does not, could not mount what the container's root must not reach on the host.
   */
  public boolean hasUserNamespaces() {
    return says("/linux/namespaces", "user");
  }

  private boolean says(String list, String word) {
    try {
      for (JsonNode known : Trees.parse(run(List.of("features"), new byte[0])).at(list)) {
        if (known.asText().equals(word)) {
          return true;
        }
      }
      return false;
    } catch (IOException | IllegalArgumentException e) {
      // Older than the command: it has nothing of the kind.
      return false;
    }
  }

  private byte[] run(List<String> arguments, byte[] input) throws IOException {
    var command = new ArrayList<>(List.of(program.toString(), "--root", root.toString()));
    if (systemd) {
      command.add("--systemd-cgroup");
    }
    command.addAll(arguments);
    return call(command, arguments.getFirst(), input);
  }

  private static byte[] call(List<String> command, String verb, byte[] input) throws IOException {
    String name = String.valueOf(Path.of(command.getFirst()).getFileName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      CompletableFuture<byte[]> out =
          CompletableFuture.supplyAsync(() -> readAll(process), Thread::startVirtualThread);
      try (var in = process.getOutputStream()) {
        in.write(input);
      }
      byte[] said = out.get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
      if (!process.waitFor(CALL_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new TimeoutException();
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            name + " " + verb + ": " + new String(said, StandardCharsets.UTF_8).strip());
      }
      return said;
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException(name + " " + verb + " hangs", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static byte[] readAll(Process process) {
    try {
      return process.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last error in a log that the program wrote as JSON lines; empty when there is none. */
  static Optional<String> lastError(Path log) {
    Optional<String> last = Optional.empty();
    try {
      for (String line : Files.exists(log) ? Files.readAllLines(log) : List.<String>of()) {
        JsonNode entry = Trees.parse(line.getBytes(StandardCharsets.UTF_8));
        if (entry.path("level").asText().equals("error")) {
          last = Optional.of(entry.path("msg").asText());
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // A torn line: what was read before it must do.
    }
    return last;
  }
}
