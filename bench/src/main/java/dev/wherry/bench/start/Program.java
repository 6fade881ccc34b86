package dev.wherry.bench.start;

import dev.wherry.bench.Memory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running {@code wherry} and what the kernel says of it. */
final class Program implements AutoCloseable {
  private static final long STOP_SECONDS_MAX = 60;

  private final Process process;
  private final Duration ready;
  private final Duration readyCpu;

  private Program(Process process, Duration ready, Duration readyCpu) {
    this.process = process;
    this.ready = ready;
    this.readyCpu = readyCpu;
  }

  /**
   * Starts and waits for a line.
   *
   * @param log takes what it writes to stderr
   * @param line a part of what it prints when it is ready
   */
  static Program start(Path launcher, Path log, String line, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(words);
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String said = out.readLine(); said != null; said = out.readLine()) {
      if (said.contains(line)) {
        Duration ready = Duration.ofNanos(System.nanoTime() - begin);
        return new Program(process, ready, cpu(process));
      }
    }
    throw new IOException("it ended before it was ready: see " + log);
  }

  /** From its start to its line. */
  Duration ready() {
    return ready;
  }

  /** CPU of all its threads until then. */
  Duration readyCpu() {
    return readyCpu;
  }

  Duration cpu() {
    return cpu(process);
  }

  private static Duration cpu(Process process) {
    return process.info().totalCpuDuration().orElseThrow();
  }

  long pssMib() throws IOException {
    return Memory.pssMib(process.pid());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
