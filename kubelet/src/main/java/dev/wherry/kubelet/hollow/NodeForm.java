package dev.wherry.kubelet.hollow;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.NodeSystemInfo;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a hollow node looks like. It has a name but no address, so that nobody makes a route to it.
 * Pure.
 */
record NodeForm(HollowConfig config) {
  /** On every hollow node, with the value {@code true}. */
  static final String LABEL = "wherry.dev/hollow";

  private static final String FALSE = "False";

  /**
   * @param range of its pods' addresses, see {@link HollowRanges}
   */
  Node node(String name, int range, Instant at) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("kubernetes.io/hostname", name);
    labels.put("kubernetes.io/os", "linux");
    labels.put("kubernetes.io/arch", "amd64");
    labels.putAll(config.labels());
    labels.put(LABEL, "true");
    String addresses = HollowRanges.range(range);
    return Node.builder()
        .metadata(ObjectMeta.builder().name(name).labels(labels).build())
        .spec(
            NodeSpec.builder()
                .podCIDR(addresses)
                .podCIDRs(List.of(addresses))
                .taints(config.taints())
                .build())
        .status(status(name, at.truncatedTo(ChronoUnit.SECONDS)))
        .build();
  }

  private NodeStatus status(String name, Instant now) {
    return NodeStatus.builder()
        .capacity(config.capacity())
        .allocatable(config.capacity())
        .addresses(List.of(NodeAddress.builder().type("Hostname").address(name).build()))
        .conditions(
            List.of(
                condition("MemoryPressure", FALSE, "KubeletHasSufficientMemory", now),
                condition("DiskPressure", FALSE, "KubeletHasNoDiskPressure", now),
                condition("PIDPressure", FALSE, "KubeletHasSufficientPID", now),
                condition("Ready", "True", "KubeletReady", now)))
        .nodeInfo(
            NodeSystemInfo.builder()
                .architecture("amd64")
                .operatingSystem("linux")
                .kernelVersion("hollow")
                .osImage("hollow")
                .containerRuntimeVersion("hollow://" + config.version())
                .kubeletVersion(config.version())
                .build())
        .build();
  }

  private static NodeCondition condition(String type, String status, String reason, Instant now) {
    return NodeCondition.builder()
        .type(type)
        .status(status)
        .reason(reason)
        .message(type.equals("Ready") ? "the node is hollow: its pods run on paper" : "")
        .lastHeartbeatTime(now)
        .lastTransitionTime(now)
        .build();
  }

  static boolean isReady(Node node) {
    return node.status().conditions().stream()
        .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True"));
  }
}
