package dev.wherry.controllers.node;

import dev.wherry.controllers.NodeLife;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges a node by its heartbeats (kube-controller-manager nodelifecycle, monitorNodeHealth). */
final class NodeHealth {
  static final String READY = "Ready";
  private static final List<String> REPORTED =
      List.of(READY, "MemoryPressure", "DiskPressure", "PIDPressure");

  private NodeHealth() {}

  /**
   * The last sign of life. Times in it are the node's own and only compared with each other; {@code
   * seenAt} is ours.
   */
  record Heartbeat(
      @Nullable Instant leaseRenewed, @Nullable Instant statusReported, Instant seenAt) {}

  /** The heartbeat as of now: new signs of life are seen now, old ones stay as they were. */
  static Heartbeat observe(
      Node node, Optional<Lease> lease, Optional<Heartbeat> before, Instant now) {
    Instant renewed = lease.map(l -> l.spec().renewTime()).orElse(null);
    Instant reported = condition(node, READY).map(NodeCondition::lastHeartbeatTime).orElse(null);
    if (before.isEmpty()) {
      // A node that never reported has its start-up grace from its creation on.
      Instant created = node.metadata().creationTimestamp();
      boolean waits = renewed == null && reported == null && created != null;
      return new Heartbeat(renewed, reported, waits && created != null ? created : now);
    }
    Heartbeat last = before.get();
    boolean alive =
        isLater(renewed, last.leaseRenewed()) || isLater(reported, last.statusReported());
    return alive ? new Heartbeat(renewed, reported, now) : last;
  }

  private static boolean isLater(@Nullable Instant now, @Nullable Instant before) {
    return now != null && (before == null || now.isAfter(before));
  }

  /**
   * The node with its reported conditions unknown, when it has been silent for too long.
   *
   * @return empty when there is nothing to change
   */
  static Optional<Node> silenced(Node node, Heartbeat heartbeat, NodeLife life, Instant now) {
    boolean reported = condition(node, READY).isPresent();
    Duration grace = reported ? life.monitorGrace() : life.startupGrace();
    if (!now.isAfter(heartbeat.seenAt().plus(grace))) {
      return Optional.empty();
    }
    List<NodeCondition> all = new ArrayList<>(node.status().conditions());
    boolean changed = false;
    for (String type : REPORTED) {
      Optional<NodeCondition> present = condition(node, type);
      if (present.isEmpty()) {
        all.add(neverReported(node, type, now));
        changed = true;
      } else if (!present.get().status().equals("Unknown")) {
        all.set(all.indexOf(present.get()), stopped(present.get(), now));
        changed = true;
      }
    }
    return changed
        ? Optional.of(
            node.toBuilder().status(node.status().toBuilder().conditions(all).build()).build())
        : Optional.empty();
  }

  private static NodeCondition neverReported(Node node, String type, Instant now) {
    return NodeCondition.builder()
        .type(type)
        .status("Unknown")
        .reason("NodeStatusNeverUpdated")
        .message("Kubelet never posted node status.")
        .lastHeartbeatTime(node.metadata().creationTimestamp())
        .lastTransitionTime(now)
        .build();
  }

  private static NodeCondition stopped(NodeCondition condition, Instant now) {
    return condition.toBuilder()
        .status("Unknown")
        .reason("NodeStatusUnknown")
        .message("Kubelet stopped posting node status.")
        .lastTransitionTime(now)
        .build();
  }

  static Optional<NodeCondition> condition(Node node, String type) {
    return node.status().conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  /** The status of condition Ready; Unknown where the node has none. */
  static String readiness(Node node) {
    return condition(node, READY).map(NodeCondition::status).orElse("Unknown");
  }
}
