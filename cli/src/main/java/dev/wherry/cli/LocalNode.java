package dev.wherry.cli;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.rest.Version;
import dev.wherry.kubelet.Kubelet;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.runtime.ContainerdConfig;
import dev.wherry.runtime.ContainerdDaemon;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Deque;
import java.util.List;

/** The worker in the server's own process: images, containerd, pod network, kubelet. */
final class LocalNode {
  private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(365);

  private LocalNode() {}

  /** Where a node's images and mirror state are kept below a data directory. */
  static ImageStore images(Path dataDirectory) {
    return new ImageStore(dataDirectory.resolve("images"));
  }

  static void start(
      Deque<AutoCloseable> parts,
      ServerRole.Options options,
      ApiServer api,
      String nodeIp,
      Timer timer,
      SecureRandom random)
      throws IOException, InterruptedException {
    Path data = options.dataDirectory();
    ImageStore images = images(data);
    ImageMirror mirror = ImageMirror.start(images, data.resolve("mirror"));
    parts.push(mirror);
    ContainerdConfig containerd = ContainerdConfig.under(data);
    ContainerdDaemon.ensureRunning(containerd, images, mirror);
    TlsIdentity client =
        issue(
            api,
            Subject.of("system:node:" + options.nodeName(), "system:nodes"),
            CertificateUse.CLIENT,
            AlternativeNames.NONE);
    TlsIdentity serving =
        issue(
            api,
            Subject.of("system:node:" + options.nodeName(), "system:nodes"),
            CertificateUse.SERVER,
            AlternativeNames.of(List.of(options.nodeName(), nodeIp, "127.0.0.1")));
    HttpsApiClient nodeClient = ControlPlane.client(api, () -> client, timer);
    parts.push(nodeClient);
    parts.push(podNetwork(nodeClient, options.nodeName(), data, timer));
    KubeletConfig config =
        KubeletConfig.of(
                options.nodeName(),
                nodeIp,
                data.resolve("kubelet"),
                "unix://" + containerd.socket(),
                Version.GIT_VERSION)
            .withServerPort(options.kubeletPort());
    Kubelet kubelet =
        Kubelet.start(
            config,
            nodeClient,
            () -> serving,
            List.of(api.pki().authority().certificate()),
            timer,
            random);
    parts.push(kubelet);
    parts.push(
        TunnelRole.start(
            URI.create("https://127.0.0.1:" + api.port()),
            () -> client,
            api.pki().authority().certificate(),
            kubelet.serverPort(),
            random));
  }

  private static TlsIdentity issue(
      ApiServer api, Subject subject, CertificateUse use, AlternativeNames names) {
    return api.pki().authority().issue(subject, names, use, CERTIFICATE_LIFETIME);
  }

  /** Writes the pod network's configuration as soon as the node has its range. */
  private static Informer<Node> podNetwork(
      HttpsApiClient client, String nodeName, Path data, Timer timer) {
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
