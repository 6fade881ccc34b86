package dev.wherry.testkit.machine;

import dev.wherry.testkit.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A machine of namespaces on this host's kernel: Debian's systemd as process 1, with cgroups,
 * network, disk and boot id of its own, at the host's own speed. Its cgroups are of the host's
 * version.
 */
final class NamespaceMachine implements Guest {
  private static final Path SYSTEMD = Path.of("/lib/systemd/systemd");
  private static final Duration BOOT_MAX = Duration.ofMinutes(2);
  private static final long LOOK_AGAIN_MILLIS = 100;

  private final Path folder;
  private Process process;

  private NamespaceMachine(Path folder) throws IOException {
    this.folder = folder;
    this.process = launch();
  }

  /** Whether this host has systemd's program and lets us make namespaces. */
  static boolean possible() {
    return Files.isExecutable(SYSTEMD)
        && Files.isWritable(Path.of("/proc/sys/kernel/hostname"))
        && Files.isDirectory(Path.of("/sys/fs/cgroup/unified"));
  }

  /** Boots one with an empty disk. */
  static NamespaceMachine boot() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(Path.of("/tmp"), "machine");
    NamespaceMachine machine = new NamespaceMachine(folder);
    try {
      machine.awaitBoot();
      return machine;
    } catch (IOException | InterruptedException e) {
      machine.close();
      throw e;
    }
  }

  private Process launch() throws IOException {
    Path script = folder.resolve("namespaces.sh");
    try (var stream = NamespaceMachine.class.getResourceAsStream("/machine/namespaces.sh")) {
      if (stream == null) {
        throw new IOException("no resource /machine/namespaces.sh");
      }
      Files.write(script, stream.readAllBytes());
    }
    return new ProcessBuilder(
            "setsid",
            "sh",
            script.toString(),
            folder.toString(),
            UUID.randomUUID().toString(),
            System.getProperty("java.home"),
            Path.of("../cli/target/wherry").toRealPath().toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("console").toFile()))
        .start();
  }

  private void awaitBoot() throws IOException, InterruptedException {
    long end = System.nanoTime() + BOOT_MAX.toNanos();
    Output last = new Output(1, "");
    while (last.exit() != 0) {
      if (System.nanoTime() > end || !process.isAlive()) {
        throw new IOException(
            "no boot: " + last.text() + Files.readString(folder.resolve("console")));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      last = run("systemctl is-active basic.target", BOOT_MAX);
    }
  }

  @Override
  public Output run(String script, Duration max) throws IOException, InterruptedException {
    var init = process.children().findFirst();
    if (init.isEmpty()) {
      return new Output(1, "process 1 is not there");
    }
    Path words = Files.writeString(folder.resolve("words"), script);
    Path said = folder.resolve("said");
    // What is started here is the machine's, not the test's.
    String enter =
        "for file in /sys/fs/cgroup/*/wherry-"
            + folder.getFileName()
            + "/init.scope/cgroup.procs; do echo $$ >$file; done;"
            + " exec nsenter -t "
            + init.get().pid()
            + " -a -r -w"
            + " env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -s";
    Process command =
        new ProcessBuilder("sh", "-c", enter)
            .redirectErrorStream(true)
            .redirectInput(words.toFile())
            .redirectOutput(said.toFile())
            .start();
    if (!command.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
      command.destroyForcibly();
      throw new IOException("no answer in time to '" + script + "': " + Files.readString(said));
    }
    return new Output(command.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
  }

  @Override
  public void reboot() throws IOException, InterruptedException {
    end("systemctl reboot");
    process = launch();
    awaitBoot();
  }

  /** Ends it by a command and waits until process 1 has ended. */
  private void end(String command) throws IOException, InterruptedException {
    Output _ = run(command, BOOT_MAX);
    if (!process.waitFor(BOOT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("does not go down: " + Files.readString(folder.resolve("console")));
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.children().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    // Processes of a namespace whose first one was killed take a moment to leave their groups.
    String clean =
        "for i in $(seq 50); do find /sys/fs/cgroup/*/wherry-%1$s -depth -type d -exec rmdir {} +;"
            + " ls -d /sys/fs/cgroup/*/wherry-%1$s || break; sleep 0.1; done; rm -rf %2$s";
    new ProcessBuilder("sh", "-c", clean.formatted(folder.getFileName(), folder))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
