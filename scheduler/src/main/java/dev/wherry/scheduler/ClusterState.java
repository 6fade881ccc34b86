package dev.wherry.scheduler;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Resources;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The snapshot and the pods on it, assumed ones included. Every change says what it may have made
 * possible. Owned by the loop.
 */
final class ClusterState {
  private final Map<PodKey, PodView> placed = new HashMap<>();
  private final Map<String, Map<PodKey, PodView>> withoutNode = new HashMap<>();
  private ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;

  ClusterSnapshot snapshot() {
    return snapshot;
  }

  Optional<PodView> placed(PodKey key) {
    return Optional.ofNullable(placed.get(key));
  }

  Set<ClusterEvent> place(PodView pod) {
    PodView before = placed.get(pod.key());
    if (before != null
        && before.nodeName().equals(pod.nodeName())
        && before.requests().equals(pod.requests())
        && before.hostPorts().equals(pod.hostPorts())
        && before.labels().equals(pod.labels())) {
      placed.put(pod.key(), pod);
      return Set.of();
    }
    Set<ClusterEvent> events = EnumSet.noneOf(ClusterEvent.class);
    if (before != null) {
      takeOff(before);
      if (shrank(before.requests(), pod.requests())) {
        events.add(ClusterEvent.ASSIGNED_POD_SHRUNK);
      }
    }
    placed.put(pod.key(), pod);
    snapshot
        .node(pod.nodeName())
        .ifPresentOrElse(
            node -> snapshot = snapshot.with(node.with(pod)),
            () ->
                withoutNode
                    .computeIfAbsent(pod.nodeName(), n -> new LinkedHashMap<>())
                    .put(pod.key(), pod));
    return events;
  }

  private static boolean shrank(Resources before, Resources now) {
    return now.milliCpu() < before.milliCpu() || now.memoryBytes() < before.memoryBytes();
  }

  Set<ClusterEvent> remove(PodKey key) {
    PodView before = placed.remove(key);
    if (before == null) {
      return Set.of();
    }
    takeOff(before);
    return Set.of(ClusterEvent.ASSIGNED_POD_GONE);
  }

  private void takeOff(PodView pod) {
    snapshot
        .node(pod.nodeName())
        .ifPresent(node -> snapshot = snapshot.with(node.without(pod.key())));
    Map<PodKey, PodView> waiting = withoutNode.get(pod.nodeName());
    if (waiting != null && waiting.remove(pod.key()) != null && waiting.isEmpty()) {
      withoutNode.remove(pod.nodeName());
    }
  }

  Set<ClusterEvent> nodeSeen(NodeView seen) {
    Optional<NodeView> before = snapshot.node(seen.name());
    if (before.isPresent()) {
      Set<ClusterEvent> events = changes(before.get(), seen);
      if (!events.isEmpty() || !before.get().imageBytes().equals(seen.imageBytes())) {
        snapshot = snapshot.with(seen.withPodsOf(before.get()));
      }
      return events;
    }
    NodeView node = seen;
    Map<PodKey, PodView> waiting = withoutNode.remove(seen.name());
    if (waiting != null) {
      for (PodView pod : waiting.values()) {
        node = node.with(pod);
      }
    }
    snapshot = snapshot.with(node);
    return Set.of(ClusterEvent.NODE_ADDED);
  }

  private static Set<ClusterEvent> changes(NodeView before, NodeView now) {
    Set<ClusterEvent> events = EnumSet.noneOf(ClusterEvent.class);
    if (!before.allocatable().equals(now.allocatable())
        || before.allowedPods() != now.allowedPods()) {
      events.add(ClusterEvent.NODE_ALLOCATABLE);
    }
    if (!before.labels().equals(now.labels())) {
      events.add(ClusterEvent.NODE_LABELS);
    }
    if (!before.taints().equals(now.taints()) || before.unschedulable() != now.unschedulable()) {
      events.add(ClusterEvent.NODE_TAINTS);
    }
    return events;
  }

  void nodeGone(String name) {
    snapshot
        .node(name)
        .ifPresent(node -> {
          for (PodView pod : node.pods()) {
            withoutNode.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(pod.key(), pod);
          }
        });
    snapshot = snapshot.without(name);
  }
}
