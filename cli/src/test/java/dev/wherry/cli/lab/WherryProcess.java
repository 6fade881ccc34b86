package dev.wherry.cli.lab;

import dev.wherry.cli.NodeSockets;
import dev.wherry.cli.Shutdown;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import dev.wherry.runtime.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A wherry server or agent in a process of its own on one of two hosts. */
public final class WherryProcess implements AutoCloseable {
  private static final int STOP_SECONDS_MAX = 180;

  private final TwoHosts hosts;
  private final String host;
  private final Path data;
  private final Path log;
  private Process process;

  private WherryProcess(TwoHosts hosts, String host, Path data, Path log, Process process) {
    this.hosts = hosts;
    this.host = host;
    this.data = data;
    this.log = log;
    this.process = process;
  }

  /** Wherry's command line as a process of this Java. */
  public static List<String> command(List<String> words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.wherry.cli.Wherry"));
    command.addAll(words);
    return command;
  }

  /** Starts it; data directory and runtime are given here and nowhere in the words. */
  public static WherryProcess start(TwoHosts hosts, String host, Path data, List<String> words)
      throws IOException {
    Files.createDirectories(data);
    Path log = data.resolveSibling(data.getFileName() + ".log");
    return new WherryProcess(hosts, host, data, log, launch(hosts, host, data, log, words));
  }

  private static Process launch(
      TwoHosts hosts, String host, Path data, Path log, List<String> words) throws IOException {
    List<String> all = new ArrayList<>(words);
    all.add("--data-dir=" + data);
    // What these tests kill, count and find again is a daemon's.
    all.add("--runtime=containerd");
    return new ProcessBuilder(hosts.on(host, command(all)))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Kills it as a power cut would and waits for its end. */
  public void kill() throws IOException {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Ends it as an upgrade would, with its pods going on, and waits for its end. */
  public void stop() throws IOException {
    process.destroy();
    awaitEnd();
  }

  /** Starts it again after its end. */
  public void restart(List<String> words) throws IOException {
    process = launch(hosts, host, data, log, words);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public Path data() {
    return data;
  }

  /** What it said. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Waits for its end. */
  public void awaitEnd() throws IOException {
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("did not end: " + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Ends it with its pods and its containerd, and removes what they leave outside the folder. */
  @Override
  public void close() throws IOException {
    try {
      if (process.isAlive()) {
        Shutdown.want(data);
        process.destroy();
        awaitEnd();
      }
    } finally {
      boolean _ = NodeSockets.end(data);
      stopContainerd();
    }
  }

  private void stopContainerd() throws IOException {
    Path run = RunDirectory.of(data);
    Path socket = run.resolve("containerd.sock");
    Command.sh(
        """
        if [ -S %1$s ]; then
          for t in $(ctr -a %1$s -n k8s.io tasks ls -q); do
            ctr -a %1$s -n k8s.io tasks kill -s KILL $t || true
            ctr -a %1$s -n k8s.io tasks delete -f $t >/dev/null || true
          done
        fi
        """
            .formatted(socket));
    try {
      ContainerdDaemon.stop(ContainerdConfig.under(data));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Command.sh(
        """
        for m in $(awk '{print $2}' /proc/self/mounts | grep -e '^%1$s/' -e '^%2$s/' | sort -r); do
          # A container that just ended takes its own off.
          umount -l $m 2>/dev/null || if mountpoint -q $m; then exit 1; fi
        done
        rm -rf %1$s
        """
            .formatted(run, data));
  }

  /** kubectl as this server's administrator. */
  public Command kubectl(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of("/usr/bin/kubectl"));
    all.addAll(List.of(words));
    return hosts.run(
        host,
        Map.of("KUBECONFIG", data.resolve("admin.kubeconfig").toString(), "HOME", "/nonexistent"),
        all);
  }
}
