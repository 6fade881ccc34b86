package dev.wherry.cli;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.runtime.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The pod network of a node: its configuration follows the range that the node was given. */
final class PodNetwork {
  private static final Path USUAL_DATA_DIRECTORY = Path.of(ServerSettings.DATA_DIRECTORY);

  /** An interface's name has 15 characters at most. */
  private static final int BRIDGE_SUFFIX_CHARS = 8;

  private PodNetwork() {}

  /**
   * Writes the configuration as soon as the node has its range, and when it gets another.
   *
   * @param cniDirectory where the runtime looks for it
   */
  static Informer<Node> follow(
      ApiClient client, String nodeName, Path cniDirectory, Path dataDirectory, Timer timer) {
    PodNetworkFile file =
        new PodNetworkFile(
            cniDirectory, dataDirectory.resolve("cni/leases"), bridge(dataDirectory));
    return new Informer<>(client, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
        .onChange(change -> {
          List<String> ranges = change.latest().spec().podCIDRs();
          if (!(change instanceof Change.Removed) && !ranges.isEmpty()) {
            write(file, ranges);
          }
        })
        .start();
  }

  /** The usual name for the usual data directory; another worker on the host has another bridge. */
  static String bridge(Path dataDirectory) {
    return dataDirectory.toAbsolutePath().normalize().equals(USUAL_DATA_DIRECTORY)
        ? PodNetworkFile.BRIDGE
        : "wherry" + RunDirectory.name(dataDirectory).substring(0, BRIDGE_SUFFIX_CHARS);
  }

  private static void write(PodNetworkFile file, List<String> ranges) {
    try {
      file.write(ranges);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
