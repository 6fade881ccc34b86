package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.KubeletConfig;
import java.nio.file.Path;

/**
 * Where a pod's things lie on the node: below the data directory as upstream's kubelet lays them
 * out, logs below the log directory.
 */
public record PodDirs(Path dataDir, Path podLogsDir) {
  public static PodDirs of(KubeletConfig config) {
    return new PodDirs(config.dataDir(), config.podLogsDir());
  }

  public Path pod(String uid) {
    return dataDir.resolve("pods").resolve(uid);
  }

  /** Where volumes of the built-in provisioner lie; beside the kubelet's own things. */
  public Path localPaths() {
    return dataDir.resolveSibling("storage");
  }

  /** All pods that have a directory. */
  public Path pods() {
    return dataDir.resolve("pods");
  }

  /** The folder of one kind of volumes below a pod's. */
  static String folder(String plugin) {
    return "kubernetes.io~" + plugin;
  }

  /** The plugin whose volumes lie in a folder, such as {@code kubernetes.io/empty-dir}. */
  static String plugin(Path folder) {
    return folder.getFileName().toString().replace('~', '/');
  }

  /**
   * @param plugin such as {@code empty-dir}
   */
  public Path volume(String uid, String plugin, String name) {
    return pod(uid).resolve("volumes").resolve(folder(plugin)).resolve(name);
  }

  public Path volumes(String uid) {
    return pod(uid).resolve("volumes");
  }

  public Path etcHosts(String uid) {
    return pod(uid).resolve("etc-hosts");
  }

  /** The file in which one run of a container leaves its termination message. */
  public Path terminationMessage(String uid, String container, int attempt) {
    return pod(uid).resolve("containers").resolve(container).resolve(String.valueOf(attempt));
  }

  public Path logs(String namespace, String name, String uid) {
    return podLogsDir.resolve(namespace + "_" + name + "_" + uid);
  }

  /** One run's log, relative to the pod's log directory. */
  public static String logFile(String container, int attempt) {
    return container + "/" + attempt + ".log";
  }
}
