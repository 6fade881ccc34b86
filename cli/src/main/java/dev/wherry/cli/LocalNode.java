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
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
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
    ContainerdConfig containerd = ContainerdConfig.under(data);
    ContainerdDaemon.ensureRunning(containerd, images, mirror);
    parts.push(podNetwork(identity.api(), options.nodeName(), data, timer));
    KubeletConfig config =
        KubeletConfig.of(
                options.nodeName(),
                options.nodeIp(),
                data.resolve("kubelet"),
                "unix://" + containerd.socket(),
                Version.GIT_VERSION)
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
    parts.push(
        TunnelRole.start(
            options.server(),
            identity::client,
            identity.authority(),
            kubelet.serverPort(),
            random));
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
      ApiClient client, String nodeName, Path data, Timer timer) {
    PodNetworkFile file = new PodNetworkFile(data.resolve("cni/net.d"), data.resolve("cni/leases"));
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
