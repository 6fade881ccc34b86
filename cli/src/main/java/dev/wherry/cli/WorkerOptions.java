package dev.wherry.cli;

import dev.wherry.kubelet.image.ImageCredentials;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.runtime.choice.RuntimeChoice;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a worker is started with, beside a server or alone.
 *
 * @param server the API as this host reaches it
 * @param nodeIp this host's address as others see it
 * @param secondIp its address of the other IP family; "" where none is said
 * @param kubeletPort 0 for any free one
 * @param labels put on the node beside the well-known ones
 * @param taints put on the node when it is made
 * @param dns who answers the cluster's DNS
 * @param ingress where Ingresses and Gateways are served
 * @param network which parts of it are Wherry's own
 * @param kubeletFile a KubeletConfiguration; "" for none
 * @param imageCredentials who else than pods' secrets knows credentials of registries
 */
record WorkerOptions(
    URI server,
    Path dataDirectory,
    String nodeName,
    String nodeIp,
    String secondIp,
    int kubeletPort,
    RuntimeChoice runtime,
    Map<String, String> labels,
    List<Taint> taints,
    DnsChoice dns,
    IngressChoice ingress,
    NetworkChoice network,
    String kubeletFile,
    ImageCredentials imageCredentials) {
  WorkerOptions {
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
  }

  /** Where the node's certificates and keys are kept. */
  Path identityDirectory() {
    return dataDirectory.resolve("kubelet/pki");
  }
}
