package dev.wherry.cli.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Starts {@code wherry server} in a session of its own and waits until it serves. */
public final class Daemon {
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(25);
  private static final int LOG_TAIL_LINES = 8;

  private final Path dataDirectory;

  Daemon(Path dataDirectory) {
    this.dataDirectory = dataDirectory;
  }

  /** What the server prints. */
  Path log() {
    return dataDirectory.resolve("log/server.log");
  }

  /**
   * Starts the server.
   *
   * @param arguments of {@code wherry server}
   * @throws IOException when it does not serve; the message ends with the last lines of its log
   */
  Instance start(List<String> arguments) throws IOException, InterruptedException {
    Files.createDirectories(log().getParent());
    List<String> command = new ArrayList<>(List.of("setsid", program().toString(), "server"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    long end = System.nanoTime() + START_MAX.toNanos();
    Optional<Instance> ready = Instance.find(dataDirectory);
    while (ready.isEmpty()) {
      if (process.waitFor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("the server ended at once; " + logTail());
      }
      if (System.nanoTime() > end) {
        process.destroy();
        throw new IOException(
            "the server does not serve after %d s; %s".formatted(START_MAX.toSeconds(), logTail()));
      }
      ready = Instance.find(dataDirectory);
    }
    return ready.get();
  }

  /** The log's path and its last lines, for a message. */
  String logTail() throws IOException {
    List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    return "its log is %s and ends with%n%s"
        .formatted(
            log(),
            String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size())));
  }

  /** The launcher this program was started by. */
  public static Path program() throws IOException {
    String home = System.getProperty("wherry.home", "");
    if (home.isEmpty()) {
      throw new IOException("start this command with the script bin/wherry, which knows its place");
    }
    return Path.of(home, "bin", "wherry");
  }
}
