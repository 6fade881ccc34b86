package dev.wherry.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program with some environment, run to its end.
 *
 * @param command with its first arguments
 */
public record Program(List<String> command, Map<String, String> environment) {
  private static final Duration RUN_MAX = Duration.ofMinutes(4);
  private static final Duration AWAIT_MAX = Duration.ofMinutes(4);

  public Program {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /**
   * The launcher {@code bin/wherry} of the build, or below the system property {@code wherry.home}.
   *
   * @throws IOException when it has not been built
   */
  static Path launcher() throws IOException {
    Path home = Path.of(System.getProperty("wherry.home", "../cli/target/wherry"));
    Path launcher = home.resolve("bin/wherry").toAbsolutePath().normalize();
    if (!Files.isExecutable(launcher)) {
      throw new IOException(launcher + " is missing: build the module cli, or set wherry.home");
    }
    return launcher;
  }

  /** Starts it with its input empty and its outputs joined. */
  public Process start(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(command);
    all.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs it to its end. */
  public Output run(String... arguments) throws IOException, InterruptedException {
    return runWith("", arguments);
  }

  /** Runs it to its end with this input. */
  public Output runWith(String input, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(arguments);
    CompletableFuture<String> text =
        CompletableFuture.supplyAsync(() -> read(process), Thread::startVirtualThread);
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closed) {
      // A program need not read its input.
    }
    if (!process.waitFor(RUN_MAX.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          command + Arrays.toString(arguments) + " does not end: " + text.join());
    }
    return new Output(process.exitValue(), text.join());
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Runs it until it prints this text. */
  public String await(String wanted, String... arguments) throws IOException, InterruptedException {
    return await("prints '" + wanted + "'", text -> text.contains(wanted), arguments);
  }

  /**
   * Runs it until what it prints is as wanted.
   *
   * @param what the text then does, for the failure
   */
  public String await(String what, Predicate<String> wanted, String... arguments)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + AWAIT_MAX.toNanos();
    Output last = run(arguments);
    while (!wanted.test(last.text())) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "%s never %s, but: %s".formatted(Arrays.toString(arguments), what, last.text()));
      }
      last = run(arguments);
    }
    return last.text();
  }
}
