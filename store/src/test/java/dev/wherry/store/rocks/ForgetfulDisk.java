package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mounted {@code forgetfs} (src/test/native): a disk whose power can be cut, that can be full,
 * and that counts syncs. Compiled when it is first used; where gcc, libfuse3-dev, pkg-config or
 * /dev/fuse are missing, the test that wants it is aborted and says so.
 */
final class ForgetfulDisk implements AutoCloseable {
  private static final Path SOURCE = Path.of("src/test/native/forgetfs.c");
  private static final Path PROGRAM = Path.of("target/forgetfs");
  private static final Pattern SYNCS = Pattern.compile("syncs=([0-9]+) used=([0-9]+)");

  private final Process process;
  private final Path mount;

  private ForgetfulDisk(Process process, Path mount) {
    this.process = process;
    this.mount = mount;
  }

  static ForgetfulDisk mount(Path mount) throws IOException, InterruptedException {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no FUSE here: /dev/fuse is missing");
    compile();
    Process process =
        new ProcessBuilder(PROGRAM.toAbsolutePath().toString(), "-s", "-f", mount.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader lines = process.inputReader();
    String line = lines.readLine();
    assumeTrue("ready".equals(line), "cannot mount a FUSE file system here: " + line);
    return new ForgetfulDisk(process, mount);
  }

  private static synchronized void compile() throws IOException, InterruptedException {
    if (Files.exists(PROGRAM)
        && Files.getLastModifiedTime(PROGRAM).compareTo(Files.getLastModifiedTime(SOURCE)) > 0) {
      return;
    }
    List<String> command =
        new ArrayList<>(
            List.of("gcc", "-O1", "-Wall", "-o", PROGRAM.toString(), SOURCE.toString()));
    command.addAll(flags());
    assumeTrue(run(command) == 0, "forgetfs does not compile: install gcc libfuse3-dev");
  }

  private static List<String> flags() throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder("pkg-config", "--cflags", "--libs", "fuse3").start();
      String flags = new String(process.getInputStream().readAllBytes());
      assumeTrue(process.waitFor() == 0, "no libfuse: install libfuse3-dev");
      return List.of(flags.trim().split("\\s+"));
    } catch (IOException e) {
      assumeTrue(false, "no pkg-config: install gcc libfuse3-dev pkg-config fuse3");
      throw e;
    }
  }

  private static int run(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  Path folder() {
    return mount;
  }

  private void tell(String command) {
    try {
      Files.writeString(mount.resolve(".control"), command + "\n");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(command, e);
    }
  }

  /**
   * Forgets what was not synced, and fails every call until {@link #powerUp}.
   *
   * @param seed 0 forgets all of it; others let a random part of it reach the disk, torn
   */
  void cutPower(long seed) {
    tell("cut " + seed);
  }

  void powerUp() {
    tell("up");
  }

  void limit(long bytes) {
    tell("limit " + bytes);
  }

  void failSyncs(boolean fail) {
    tell(fail ? "sync fail" : "sync ok");
  }

  long syncs() throws IOException {
    return statistic(1);
  }

  long usedBytes() throws IOException {
    return statistic(2);
  }

  private long statistic(int group) throws IOException {
    Matcher matcher = SYNCS.matcher(Files.readString(mount.resolve(".control")));
    if (!matcher.find()) {
      throw new IOException("no statistics");
    }
    return Long.parseLong(matcher.group(group));
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run(List.of("fusermount3", "-u", mount.toString()));
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
