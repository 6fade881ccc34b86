package dev.wherry.runtime;

import java.nio.file.Path;
import java.util.List;

/**
 * The Docker shim's configuration.
 *
 * @param dockerSocket Docker's API, usually {@code /var/run/docker.sock}
 * @param criSocket where CRI is served, usually {@code <data>/run/docker-shim.sock}
 * @param stateDirectory for attachments and log positions, kept over restarts
 * @param cniConfigurationDirectory where the pod network's conflist appears
 * @param cniPluginPath directories of CNI plugins, first match wins
 * @param instance tells this node's containers from those of others on the same daemon
 */
public record DockerShimConfig(
    Path dockerSocket,
    Path criSocket,
    Path stateDirectory,
    Path cniConfigurationDirectory,
    List<Path> cniPluginPath,
    String instance) {
  /** Where Debian's package and upstream's tarball put the plugins. */
  public static final List<Path> CNI_PLUGIN_PATH =
      List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"));

  public DockerShimConfig {
    cniPluginPath = List.copyOf(cniPluginPath);
    if (instance.isEmpty()) {
      throw new IllegalArgumentException("instance must not be empty");
    }
  }
}
