package dev.wherry.cli.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The machine's kubectl with streams of its own.
 *
 * @param home so that nothing of the user's is read or written
 * @param webSockets whether streams go over WebSocket, else over SPDY
 */
public record Kubectl(Path kubeconfig, Path home, boolean webSockets) {
  private static final String PROGRAM = "/usr/bin/kubectl";
  private static final int SECONDS_MAX = 240;

  /** What a finished kubectl wrote. */
  public record Result(int exit, byte[] out, String errors) {
    /** Its output as text. */
    public String text() {
      return new String(out, StandardCharsets.UTF_8);
    }
  }

  /** Runs to the end with nothing to read. */
  public Result run(String... words) throws IOException {
    return run(new byte[0], words);
  }

  /** Runs to the end; stdin has the bytes and then ends. */
  public Result run(byte[] input, String... words) throws IOException {
    Path errors = Files.createTempFile(home, "kubectl", ".err");
    Process process = prepared(words).redirectError(errors.toFile()).start();
    // A thread of its own: the server under test lives in this process and shares every pool.
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
          } catch (IOException e) {
            // It reads no more.
          }
        });
    byte[] out = process.getInputStream().readAllBytes();
    try {
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(List.of(words) + " did not end");
      }
      return new Result(process.exitValue(), out, Files.readString(errors));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Starts without waiting. */
  public Process start(String... words) throws IOException {
    return prepared(words).start();
  }

  /** Runs a shell's line on a terminal of 101 columns and 33 rows; what the terminal showed. */
  public String onTerminal(String line) throws IOException {
    ProcessBuilder script =
        prepared(List.of("script", "-qec", "stty cols 101 rows 33; " + line, "/dev/null"));
    Process process = script.redirectErrorStream(true).start();
    String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.getOutputStream().close();
    return shown;
  }

  private ProcessBuilder prepared(String... words) {
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    command.addAll(List.of(words));
    return prepared(command);
  }

  private ProcessBuilder prepared(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "HOME",
                home.toString(),
                "KUBECTL_REMOTE_COMMAND_WEBSOCKETS",
                Boolean.toString(webSockets),
                "KUBECTL_PORT_FORWARD_WEBSOCKETS",
                Boolean.toString(webSockets)));
    return builder;
  }
}
