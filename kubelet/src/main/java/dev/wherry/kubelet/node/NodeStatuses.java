package dev.wherry.kubelet.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.eviction.Pressure;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Conditions and patches of the node's status. Pure. */
final class NodeStatuses {
  /** A node has others' conditions too, such as NetworkUnavailable. */
  private static final Set<String> OWN =
      Set.of("MemoryPressure", "DiskPressure", "PIDPressure", "Ready");

  private NodeStatuses() {}

  /** The four conditions of the kubelet, with the transition times of those that stay. */
  static List<NodeCondition> conditions(
      NodeHealth health, List<NodeCondition> before, Instant now) {
    return List.of(
        pressure(Pressure.MEMORY, health, before, now),
        pressure(Pressure.DISK, health, before, now),
        pressure(Pressure.PID, health, before, now),
        condition(
            "Ready",
            health.problem().isEmpty(),
            health.problem().isEmpty() ? "KubeletReady" : "KubeletNotReady",
            health.problem().isEmpty() ? "kubelet is posting ready status" : health.problem(),
            before,
            now));
  }

  private static NodeCondition pressure(
      Pressure pressure, NodeHealth health, List<NodeCondition> before, Instant now) {
    boolean holds = health.pressures().contains(pressure);
    String reason =
        switch (pressure) {
          case MEMORY -> holds ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory";
          case DISK -> holds ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure";
          case PID -> holds ? "KubeletHasInsufficientPID" : "KubeletHasSufficientPID";
        };
    String message =
        switch (pressure) {
          case MEMORY -> holds ? "insufficient memory available" : "sufficient memory available";
          case DISK -> holds ? "disk pressure" : "no disk pressure";
          case PID -> holds ? "insufficient PID available" : "sufficient PID available";
        };
    return condition(pressure.condition(), holds, reason, "kubelet has " + message, before, now);
  }

  private static NodeCondition condition(
      String type,
      boolean holds,
      String reason,
      String message,
      List<NodeCondition> before,
      Instant now) {
    String status = holds ? "True" : "False";
    Instant second = now.truncatedTo(ChronoUnit.SECONDS);
    Instant since =
        before.stream()
            .filter(c -> c.type().equals(type) && c.status().equals(status))
            .findFirst()
            .map(NodeCondition::lastTransitionTime)
            .orElse(second);
    return NodeCondition.builder()
        .type(type)
        .status(status)
        .reason(reason)
        .message(message)
        .lastHeartbeatTime(second)
        .lastTransitionTime(since)
        .build();
  }

  /** Whether two statuses differ in more than heartbeats and the conditions of others. */
  static boolean changed(NodeStatus before, NodeStatus after) {
    return !quiet(before).equals(quiet(after));
  }

  private static NodeStatus quiet(NodeStatus status) {
    return status.toBuilder()
        .conditions(
            status.conditions().stream()
                .filter(c -> OWN.contains(c.type()))
                .map(c -> c.toBuilder().lastHeartbeatTime(null).build())
                .toList())
        .build();
  }

  /** The strategic merge patch; empty when nothing differs. */
  static Optional<JsonNode> patch(Node node, NodeStatus after) {
    JsonNode old = Node.KIND.toJson(node).path("status");
    JsonNode wanted = Node.KIND.toJson(node.toBuilder().status(after).build()).path("status");
    ObjectNode changes = Json.object();
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      if (!field.getValue().equals(old.path(field.getKey()))) {
        changes.set(field.getKey(), field.getValue());
      }
    }
    if (changes.get("addresses") instanceof ArrayNode addresses) {
      ArrayNode replacing = addresses.deepCopy();
      replacing.addObject().put("$patch", "replace");
      changes.set("addresses", replacing);
    }
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode patch = Json.object();
    patch.set("status", changes);
    return Optional.of(patch);
  }
}
