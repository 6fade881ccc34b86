package dev.wherry.runtime.builtin.sandbox;

import dev.wherry.proto.cri.v1.LinuxPodSandboxStatus;
import dev.wherry.proto.cri.v1.Namespace;
import dev.wherry.proto.cri.v1.PodIP;
import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxNetworkStatus;
import dev.wherry.proto.cri.v1.PodSandboxState;
import dev.wherry.proto.cri.v1.PodSandboxStatus;
import dev.wherry.runtime.cni.CniNetwork;
import java.util.List;

/** What is known of a sandbox, in CRI's terms. */
final class SandboxStatuses {
  private SandboxStatuses() {}

  static PodSandboxStatus status(SandboxEntry entry, CniNetwork network) {
    PodSandboxConfig config = entry.record().config();
    return PodSandboxStatus.newBuilder()
        .setId(entry.record().id())
        .setMetadata(config.getMetadata())
        .setState(state(entry))
        .setCreatedAt(entry.record().createdNanos())
        .setNetwork(addresses(network.addresses(entry.record().id())))
        .setLinux(
            LinuxPodSandboxStatus.newBuilder()
                .setNamespaces(
                    Namespace.newBuilder()
                        .setOptions(config.getLinux().getSecurityContext().getNamespaceOptions())))
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .setRuntimeHandler(entry.record().handler())
        .build();
  }

  private static PodSandboxNetworkStatus addresses(List<String> addresses) {
    var status = PodSandboxNetworkStatus.newBuilder();
    if (!addresses.isEmpty()) {
      status.setIp(addresses.getFirst());
      addresses.stream()
          .skip(1)
          .forEach(ip -> status.addAdditionalIps(PodIP.newBuilder().setIp(ip)));
    }
    return status.build();
  }

  static PodSandbox item(SandboxEntry entry) {
    PodSandboxConfig config = entry.record().config();
    return PodSandbox.newBuilder()
        .setId(entry.record().id())
        .setMetadata(config.getMetadata())
        .setState(state(entry))
        .setCreatedAt(entry.record().createdNanos())
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .setRuntimeHandler(entry.record().handler())
        .build();
  }

  private static PodSandboxState state(SandboxEntry entry) {
    return entry.isReady() ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY;
  }
}
