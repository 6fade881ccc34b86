package dev.wherry.runtime.cni;

import dev.wherry.model.placement.PodBandwidth;
import dev.wherry.proto.cri.v1.PortMapping;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is to be attached to the pod network.
 *
 * @param containerId the sandbox's id; plugins key their leases by it
 * @param netns path of the network namespace; empty once it is gone, then only a delete works
 * @param podNamespace for {@code CNI_ARGS}
 * @param podName for {@code CNI_ARGS}
 * @param podUid for {@code CNI_ARGS}
 * @param ports host ports, for plugins with capability {@code portMappings}
 * @param limits those of the pod's annotations that plugins with capability {@code bandwidth} obey
 */
public record CniAttachment(
    String containerId,
    String netns,
    String podNamespace,
    String podName,
    String podUid,
    List<HostPort> ports,
    Map<String, String> limits) {
  public CniAttachment {
    ports = List.copyOf(ports);
    TreeMap<String, String> kept = new TreeMap<>(limits);
    kept.keySet().retainAll(List.of(PodBandwidth.INGRESS, PodBandwidth.EGRESS));
    limits = Collections.unmodifiableMap(kept);
  }

  /** One port mapping; protocol in lower case, hostIp empty for all addresses. */
  public record HostPort(int hostPort, int containerPort, String protocol, String hostIp) {
    /** Those of CRI's mappings that name a host port. */
    public static List<HostPort> of(List<PortMapping> mappings) {
      return mappings.stream()
          .filter(port -> port.getHostPort() > 0)
          .map(port ->
              new HostPort(
                  port.getHostPort(),
                  port.getContainerPort(),
                  port.getProtocol().name().toLowerCase(Locale.ROOT),
                  port.getHostIp()))
          .toList();
    }
  }

  CniAttachment withNetns(String path) {
    return new CniAttachment(containerId, path, podNamespace, podName, podUid, ports, limits);
  }

  String arguments() {
    return "IgnoreUnknown=1;K8S_POD_NAMESPACE="
        + podNamespace
        + ";K8S_POD_NAME="
        + podName
        + ";K8S_POD_INFRA_CONTAINER_ID="
        + containerId
        + ";K8S_POD_UID="
        + podUid;
  }
}
