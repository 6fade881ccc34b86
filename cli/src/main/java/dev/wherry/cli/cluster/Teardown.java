package dev.wherry.cli.cluster;

import dev.wherry.cli.NodeSockets;
import dev.wherry.cli.Shutdown;
import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.csi.CsiLeftovers;
import dev.wherry.kubelet.plugin.PluginRoot;
import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.network.addresses.AnnouncedAddresses;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.nodes.PodNetwork;
import dev.wherry.network.policy.NetworkPolicies;
import dev.wherry.network.proxy.ServiceProxy;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.builtin.BuiltInConfig;
import dev.wherry.runtime.builtin.BuiltInLeftovers;
import dev.wherry.runtime.choice.RememberedRuntime;
import dev.wherry.runtime.images.service.BuiltInImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Ends what runs on a data directory, and removes the directory. */
final class Teardown {
  /** Pods get ten seconds, the rest some more. */
  private static final Duration STOP_MAX = Duration.ofSeconds(45);

  private static final String KUBELET = "kubelet";

  private final Path dataDirectory;

  Teardown(Path dataDirectory) {
    this.dataDirectory = dataDirectory;
  }

  /**
   * Ends the server or agent, its pods with what they had mounted below the data directory (a
   * driver's volumes stay: they are the driver's to take away) and the containerd it started.
   *
   * @param keepPods only the process ends
   * @return lines for the user
   */
  List<String> stop(boolean keepPods) throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    Optional<Instance> running = Instance.find(dataDirectory);
    if (running.isPresent()) {
      end(running.get().process(), keepPods);
      lines.add(keepPods ? "stopped; its pods go on running" : "stopped, its pods too");
    } else {
      lines.add("nothing runs on " + dataDirectory);
    }
    boolean daemon = !keepPods && ContainerdDaemon.stop(ContainerdConfig.under(dataDirectory));
    if (daemon) {
      lines.add("stopped the containerd of " + dataDirectory);
    }
    boolean _ = !keepPods && NodeSockets.end(dataDirectory);
    int ended = keepPods ? 0 : BuiltInLeftovers.end(dataDirectory, ociRuntime());
    if (ended > 0) {
      lines.add("ended " + ended + " containers that nobody watched");
    }
    if (!keepPods) {
      boolean over = running.isPresent() || daemon || ended > 0;
      unmount(over ? leftBehind() : roots(), mount -> !CsiLeftovers.isDrivers(mount));
    }
    return lines;
  }

  private void end(ProcessHandle process, boolean keepPods)
      throws IOException, InterruptedException {
    if (keepPods) {
      Shutdown.forget(dataDirectory);
    } else {
      Shutdown.want(dataDirectory);
    }
    try {
      process.destroy();
      process.onExit().get(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
      throw new IOException(
          "process %d did not end in %d s and was killed"
              .formatted(process.pid(), STOP_MAX.toSeconds()),
          e);
    } catch (ExecutionException e) {
      throw new IOException(e);
    } finally {
      Shutdown.forget(dataDirectory);
    }
  }

  /**
   * Takes the tables of Services and policies and the ways to other nodes out of the kernel, where
   * they outlive their process. One that still serves this network namespace keeps them.
   */
  static void removeNetwork() throws IOException, InterruptedException {
    unlessOwned(ServiceProxy::remove);
    unlessOwned(PodNetwork::remove);
    unlessOwned(NetworkPolicies::remove);
    unlessOwned(AnnouncedAddresses::remove);
  }

  @FunctionalInterface
  private interface Removal {
    void run() throws IOException, InterruptedException;
  }

  private static void unlessOwned(Removal removal) throws IOException, InterruptedException {
    try {
      removal.run();
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EADDRINUSE) {
        throw e;
      }
    }
  }

  /**
   * Removes everything below the data directory and the run directory.
   *
   * @throws IOException when something is still mounted there; nothing below a mount is removed
   */
  void removeData() throws IOException {
    Path run = RunDirectory.of(dataDirectory);
    removeFromPluginRoot();
    unmount(leftBehind(), _ -> true);
    List<Path> mounts = mounts(List.of(dataDirectory, run));
    if (!mounts.isEmpty()) {
      throw new IOException(
          "%s is still mounted: containers run on it. End them, 'umount' it, and call this again"
              .formatted(mounts.getFirst()));
    }
    remove(run);
    RunDirectory.removeIfEmpty(dataDirectory);
    remove(dataDirectory);
  }

  /** What this node left where plugins of every node look for theirs. */
  private void removeFromPluginRoot() throws IOException {
    Path own = dataDirectory.resolve(KUBELET);
    Path root = Path.of(NodeSettings.PLUGIN_ROOT);
    try (Mounts mounts = new Mounts()) {
      CsiLeftovers.remove(root, new PodDirs(own, own), mounts);
    }
    PluginRoot.remove(root, own);
  }

  /**
   * Takes away volumes in memory and roots of containers, which the pods that had them left behind;
   * the next start mounts them again, as after a boot.
   */
  private static void unmount(List<Path> folders, Predicate<Path> which) throws IOException {
    try (Mounts volumes = new Mounts()) {
      for (Path mount : mounts(folders).reversed()) {
        if (which.test(mount)) {
          volumes.unmount(mount);
        }
      }
    }
  }

  /** The one that has the containers; "" for whichever the host has. */
  private String ociRuntime() throws IOException {
    return RememberedRuntime.read(dataDirectory)
        .map(known -> known.oci().path())
        .filter(Files::isExecutable)
        .map(Path::toString)
        .orElse("");
  }

  private List<Path> leftBehind() {
    List<Path> all = new ArrayList<>(roots());
    all.add(dataDirectory.resolve(KUBELET).resolve("pods"));
    return all;
  }

  /** Where only containers of the built-in runtime have something, and those are over. */
  private List<Path> roots() {
    return List.of(
        dataDirectory.resolve(BuiltInImages.ROOTS),
        RunDirectory.of(dataDirectory).resolve(BuiltInConfig.RUN_FOLDER));
  }

  private static List<Path> mounts(List<Path> folders) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
        .map(line -> Path.of(line.split(" ", -1)[1].replace("\\040", " ")))
        .filter(mount -> folders.stream().anyMatch(mount::startsWith))
        .toList();
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
