package dev.wherry.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A containerd of Wherry's own, started where none runs.
 *
 * @param binary containerd's program
 * @param rootDirectory images and containers, kept over reboots
 * @param stateDirectory runtime state, gone with a reboot
 * @param socket where it serves; short, since socket paths end at 107 bytes
 * @param logFile where it writes, appended to
 * @param cniConfigurationDirectory where the pod network's conflist appears
 * @param cniPluginPath directories of CNI plugins; the first that has {@code ptp} is used
 */
public record ContainerdConfig(
    Path binary,
    Path rootDirectory,
    Path stateDirectory,
    Path socket,
    Path logFile,
    Path cniConfigurationDirectory,
    List<Path> cniPluginPath) {
  /** Where distributions put containerd. */
  private static final List<Path> BINARIES =
      List.of(Path.of("/usr/bin/containerd"), Path.of("/usr/local/bin/containerd"));

  public ContainerdConfig {
    cniPluginPath = List.copyOf(cniPluginPath);
  }

  /** Everything under Wherry's data directory, but state and socket in its run directory. */
  public static ContainerdConfig under(Path dataDirectory) {
    Path run = RunDirectory.of(dataDirectory);
    return new ContainerdConfig(
        BINARIES.stream().filter(Files::isExecutable).findFirst().orElse(BINARIES.getFirst()),
        dataDirectory.resolve("containerd"),
        run.resolve("containerd"),
        run.resolve("containerd.sock"),
        dataDirectory.resolve("log/containerd.log"),
        dataDirectory.resolve("cni/net.d"),
        DockerShimConfig.CNI_PLUGIN_PATH);
  }

  /** The daemon's cgroup: one per root directory. */
  String cgroupName() {
    return "wherry-containerd-" + RunDirectory.name(rootDirectory);
  }

  Path configurationFile() {
    return rootDirectory.resolve("wherry.toml");
  }

  Path registryDirectory() {
    return rootDirectory.resolve("certs.d");
  }

  /** The configuration, in version 2 of containerd's format (1.6, 1.7; 2.x migrates it). */
  String toml(boolean restrictOomScore) {
    return """
    # Written by wherry at every start; changes are lost.
    version = 2
    root = %1$s
    state = %2$s
    disabled_plugins = ["io.containerd.snapshotter.v1.aufs", \
    "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", \
    "io.containerd.snapshotter.v1.zfs"]

    [grpc]
      address = %3$s

    [plugins."io.containerd.internal.v1.opt"]
      path = %4$s

    [plugins."io.containerd.grpc.v1.cri"]
      sandbox_image = "%5$s"
      restrict_oom_score_adj = %6$s
      [plugins."io.containerd.grpc.v1.cri".cni]
        conf_dir = %7$s
        bin_dir = %8$s
      [plugins."io.containerd.grpc.v1.cri".registry]
        config_path = %9$s
      [plugins."io.containerd.grpc.v1.cri".containerd]
        default_runtime_name = "runc"
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
            SystemdCgroup = false
    """
        .formatted(
            quoted(rootDirectory),
            quoted(stateDirectory),
            quoted(socket),
            quoted(rootDirectory.resolve("opt")),
            ContainerdDaemon.SANDBOX_IMAGE,
            restrictOomScore,
            quoted(cniConfigurationDirectory),
            quoted(pluginDirectory()),
            quoted(registryDirectory()));
  }

  private Path pluginDirectory() {
    return cniPluginPath.stream()
        .filter(directory -> Files.isExecutable(directory.resolve("ptp")))
        .findFirst()
        .orElse(cniPluginPath.getFirst());
  }

  private static String quoted(Path path) {
    String text = path.toAbsolutePath().toString();
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
