package dev.wherry.runtime.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One run of one plugin binary: configuration on stdin, result or error on stdout. */
final class CniPlugin {
  /** A plugin that takes longer hangs; iptables locks and slow machines fit well below. */
  private static final long TIMEOUT_SECONDS = 60;

  private CniPlugin() {}

  /** Runs the plugin; returns its output, a missing node when it printed none. */
  static JsonNode run(
      List<Path> path, String type, Map<String, String> environment, byte[] configuration) {
    Process process = start(find(path, type), path, environment);
    try {
      CompletableFuture<byte[]> out =
          CompletableFuture.supplyAsync(() -> readAll(process), Thread::startVirtualThread);
      try (var in = process.getOutputStream()) {
        in.write(configuration);
      }
      byte[] printed = out.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new TimeoutException();
      }
      return judge(type, process.exitValue(), printed);
    } catch (TimeoutException e) {
      throw new CniException("plugin " + type + " did not end in " + TIMEOUT_SECONDS + " s", e);
    } catch (IOException | ExecutionException e) {
      throw new CniException("plugin " + type + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CniException("plugin " + type + " interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static byte[] readAll(Process process) {
    try {
      return process.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new CniException("reading a plugin's output: " + e.getMessage(), e);
    }
  }

  private static Process start(Path binary, List<Path> path, Map<String, String> environment) {
    var builder = new ProcessBuilder(binary.toString());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    builder.environment().put("CNI_PATH", joined(path));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new CniException("plugin " + binary + " does not start: " + e.getMessage(), e);
    }
  }

  private static JsonNode judge(String type, int exitCode, byte[] printed) {
    if (exitCode != 0) {
      throw new CniException("plugin " + type + " failed: " + reason(exitCode, printed));
    }
    return printed.length == 0 ? Trees.missing() : Trees.parse(printed);
  }

  private static String reason(int exitCode, byte[] printed) {
    String text = new String(printed, StandardCharsets.UTF_8).strip();
    try {
      JsonNode error = Trees.parse(printed);
      String details = error.path("details").asText("");
      return error.path("msg").asText(text) + (details.isEmpty() ? "" : "; " + details);
    } catch (IllegalArgumentException e) {
      return text.isEmpty() ? "exit code " + exitCode : text;
    }
  }

  static Path find(List<Path> path, String type) {
    if (type.isEmpty() || type.contains("/")) {
      throw new CniException("plugin type '" + type + "' is no file name");
    }
    return path.stream()
        .map(directory -> directory.resolve(type))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new CniException("no plugin " + type + " in " + joined(path)));
  }

  private static String joined(List<Path> path) {
    return String.join(":", path.stream().map(Path::toString).toList());
  }
}
