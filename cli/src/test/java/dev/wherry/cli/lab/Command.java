package dev.wherry.cli.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A finished command. */
public record Command(int exit, String text) {
  private static final int SECONDS_MAX = 240;

  /** Runs a command to its end, errors in its text. */
  public static Command run(Map<String, String> environment, List<String> words)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(words + " did not end: " + text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return new Command(process.exitValue(), text);
  }

  /** Runs a shell script that must succeed. */
  public static String sh(String script) throws IOException {
    Command done = run(Map.of(), List.of("sh", "-ec", script));
    if (done.exit() != 0) {
      throw new IOException("failed: " + script + "\n" + done.text());
    }
    return done.text();
  }
}
