package dev.wherry.cli;

import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.config.KubeletFile;
import dev.wherry.kubelet.config.KubeletFileException;
import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.resource.HostFigures;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** The node agent's settings: this machine's size, then the KubeletConfiguration where one is. */
final class NodeConfiguration {
  private static final System.Logger LOG = System.getLogger(NodeConfiguration.class.getName());
  private static final long FILE_BYTES_MAX = 1L << 20;

  private NodeConfiguration() {}

  /**
   * @throws IOException with a sentence for the user that tells all that is wrong with the file
   */
  static KubeletConfig complete(KubeletConfig config, WorkerOptions options) throws IOException {
    NodeSettings scaled = scaled(config.dataDir()).withImageCredentials(options.imageCredentials());
    if (options.kubeletFile().isEmpty()) {
      return config.withSettings(scaled);
    }
    Path path = Path.of(options.kubeletFile());
    KubeletFile file = read(path, scaled);
    file.warnings().forEach(warning -> LOG.log(Level.WARNING, "{0}: {1}", path, warning));
    KubeletConfig with = config.withSettings(file.settings());
    if (!file.taints().isEmpty()) {
      with = with.withLabelsAndTaints(with.labels(), file.taints());
    }
    if (file.podLogs().isPresent()) {
      with = with.withPodLogsDir(Path.of(file.podLogs().get()));
    }
    if (file.port().isPresent() && options.kubeletPort() == KubeletConfig.SERVER_PORT) {
      with = with.withServerPort((int) file.port().getAsLong());
    }
    return with.withClusterDns(
        file.clusterDns().isEmpty() ? with.clusterDns() : file.clusterDns(),
        file.clusterDomain().orElse(with.clusterDomain()),
        file.resolvConf().map(Path::of).orElse(with.resolvConf()));
  }

  /**
   * Whether systemd makes the cgroups of the built-in runtime's containers.
   *
   * @throws IOException as {@link #complete}
   */
  static boolean systemdCgroups(WorkerOptions options) throws IOException {
    return !options.kubeletFile().isEmpty()
        && read(Path.of(options.kubeletFile()), scaled(options.dataDirectory())).systemdCgroups();
  }

  private static NodeSettings scaled(Path directory) throws IOException {
    Files.createDirectories(directory);
    return NodeSettings.scaled(
        HostFigures.memoryBytes(), Files.getFileStore(directory).getTotalSpace());
  }

  private static KubeletFile read(Path path, NodeSettings defaults) throws IOException {
    if (!Files.isRegularFile(path) || Files.size(path) > FILE_BYTES_MAX) {
      throw new IOException(path + " is no file of at most " + FILE_BYTES_MAX + " bytes");
    }
    try {
      return KubeletFile.parse(
          Files.readAllBytes(path), defaults, Runtime.getRuntime().availableProcessors());
    } catch (KubeletFileException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
  }
}
