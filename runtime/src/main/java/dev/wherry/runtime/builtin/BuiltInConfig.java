package dev.wherry.runtime.builtin;

import java.nio.file.Path;
import java.util.List;

/**
 * The built-in runtime's configuration.
 *
 * @param criSocket where CRI is served
 * @param stateDirectory records and ends, kept over reboots
 * @param runDirectory bundles and sockets, gone with a reboot and short, since socket paths end at
 *     107 bytes
 * @param mountDirectory gone with a reboot, and all above it lets everybody through
 * @param cniConfigurationDirectory where the pod network's conflist appears
 * @param cniPluginPath directories of CNI plugins, first match wins
 * @param runtimeProgram runc or crun
 * @param systemdCgroups whether systemd makes the cgroups, else they are made in the file system
 * @param version what nodes report
 */
public record BuiltInConfig(
    Path criSocket,
    Path stateDirectory,
    Path runDirectory,
    Path mountDirectory,
    Path cniConfigurationDirectory,
    List<Path> cniPluginPath,
    Path runtimeProgram,
    boolean systemdCgroups,
    String version) {
  /** Its folder in a data directory's run directory: short, for the sake of the sockets in it. */
  public static final String RUN_FOLDER = "b";

  public BuiltInConfig {
    cniPluginPath = List.copyOf(cniPluginPath);
  }
}
