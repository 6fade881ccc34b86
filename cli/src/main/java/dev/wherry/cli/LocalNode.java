package dev.wherry.cli;

import dev.wherry.apiserver.rest.Version;
import dev.wherry.kubelet.Kubelet;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.kubelet.identity.NodeIdentity;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.network.proxy.ServiceProxy;
import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.choice.LookedAtHost;
import dev.wherry.runtime.choice.NodeRuntime;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The worker, the same one in a server's process and in an agent's: identity, images, runtime, pod
 * network, kubelet, tunnel. It knows the server by its URL only.
 */
final class LocalNode {
  private static final Path USUAL_DATA_DIRECTORY = Path.of("/var/lib/wherry");

  /** An interface's name has 15 characters at most. */
  private static final int BRIDGE_SUFFIX_CHARS = 8;

  private LocalNode() {}

  /** Where a node's images and mirror state are kept below a data directory. */
  static ImageStore images(Path dataDirectory) {
    return new ImageStore(dataDirectory.resolve("images"));
  }

  /**
   * Starts the parts in order.
   *
   * @param token for a node that has not joined yet
   * @throws IOException with a sentence for the user
   */
  static void start(
      Deque<AutoCloseable> parts,
      WorkerOptions options,
      Optional<JoinToken> token,
      Timer timer,
      SecureRandom random)
      throws IOException, InterruptedException {
    Path data = options.dataDirectory();
    parts.push(WorkerLock.take(data));
    NodeIdentity identity = identity(options, token, timer, random);
    parts.push(identity);
    ImageStore images = images(data);
    ImageMirror mirror = ImageMirror.start(images, data.resolve("mirror"));
    parts.push(mirror);
    NodeRuntime runtime =
        NodeRuntime.open(
            new NodeRuntime.Setup(data, images, mirror, LookedAtHost.usual(System.getenv()), timer),
            options.runtime());
    parts.push(runtime);
    PodNetworkFile network =
        new PodNetworkFile(runtime.cniDirectory(), data.resolve("cni/leases"), bridge(data));
    parts.push(podNetwork(identity.api(), options.nodeName(), network, timer));
    parts.push(ServiceProxy.start(identity.api(), options.nodeName(), timer));
    KubeletConfig config =
        KubeletConfig.of(
                options.nodeName(),
                options.nodeIp(),
                data.resolve("kubelet"),
                runtime.endpoint(),
                Version.GIT_VERSION)
            .withImageEndpoint(runtime.imageEndpoint())
            .withServerPort(options.kubeletPort())
            .withLabelsAndTaints(options.labels(), options.taints());
    Kubelet kubelet =
        Kubelet.start(
            config,
            identity.api(),
            identity::serving,
            List.of(identity.authority()),
            timer,
            random);
    parts.push(() -> {
      if (Shutdown.isWanted(data)) {
        kubelet.closeWithPods();
      } else {
        kubelet.close();
      }
    });
    TunnelRole tunnel =
        TunnelRole.start(
            options.server(),
            identity::client,
            identity.authority(),
            kubelet.serverPort(),
            identity.api()::abandonConnections,
            random);
    parts.push(tunnel);
    parts.push(AddressWatch.start(options.server(), tunnel.tunnel()::reconnect, timer));
  }

  /** The usual name for the usual data directory; another worker on the host has another bridge. */
  static String bridge(Path dataDirectory) {
    return dataDirectory.toAbsolutePath().normalize().equals(USUAL_DATA_DIRECTORY)
        ? PodNetworkFile.BRIDGE
        : "wherry" + RunDirectory.name(dataDirectory).substring(0, BRIDGE_SUFFIX_CHARS);
  }

  private static NodeIdentity identity(
      WorkerOptions options, Optional<JoinToken> token, Timer timer, SecureRandom random)
      throws IOException, InterruptedException {
    return NodeIdentity.establish(
        new NodeIdentity.Settings(
            options.server(),
            options.identityDirectory(),
            options.nodeName(),
            AlternativeNames.of(List.of(options.nodeName(), options.nodeIp()))),
        token,
        timer,
        random,
        random);
  }

  /** Writes the pod network's configuration as soon as the node has its range. */
  private static Informer<Node> podNetwork(
      ApiClient client, String nodeName, PodNetworkFile file, Timer timer) {
    return new Informer<>(client, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
        .onChange(change -> {
          List<String> ranges = change.latest().spec().podCIDRs();
          if (!(change instanceof Change.Removed) && !ranges.isEmpty()) {
            write(file, ranges);
          }
        })
        .start();
  }

  private static void write(PodNetworkFile file, List<String> ranges) {
    try {
      file.write(ranges);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
