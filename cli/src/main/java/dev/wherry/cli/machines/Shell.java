package dev.wherry.cli.machines;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs scripts and programs to their end. */
final class Shell {
  private static final int SECONDS_MAX = 180;

  private Shell() {}

  /**
   * Runs a script that must succeed.
   *
   * @return what it printed, errors included
   */
  static String script(String text) throws IOException, InterruptedException {
    return run(Map.of(), List.of("sh", "-ec", text));
  }

  /** Runs a program that must succeed. */
  static String run(Map<String, String> environment, List<String> words)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectInput(new File("/dev/null"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(words.getFirst() + " did not end: " + text.strip());
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "exit code %d: %s%n%s"
              .formatted(process.exitValue(), String.join(" ", words), text.strip()));
    }
    return text;
  }

  /** Starts a program that outlives this one. */
  static Process start(Path log, List<String> words) throws IOException {
    return new ProcessBuilder(words)
        .directory(new File("/"))
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
