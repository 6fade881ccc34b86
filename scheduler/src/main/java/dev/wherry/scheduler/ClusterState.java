package dev.wherry.scheduler;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Resources;
import dev.wherry.scheduler.view.Storage;
import dev.wherry.scheduler.view.Surroundings;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final Map<String, Map<String, String>> namespaces = new HashMap<>();
  private final Map<String, DisruptionBudget> budgets = new LinkedHashMap<>();
  private final Nominations nominations = new Nominations();
  private final Storage storage = new Storage();
  private final Devices devices = new Devices();
  private ClusterSnapshot snapshot =
      ClusterSnapshot.EMPTY.with(
          new Surroundings(Map.of(), List.of(), nominations, storage, devices));
  private boolean aroundChanged;

  /** As of now; many changes of the surroundings at once are copied once. */
  ClusterSnapshot snapshot() {
    if (aroundChanged) {
      aroundChanged = false;
      snapshot =
          snapshot.with(
              new Surroundings(
                  new HashMap<>(namespaces),
                  List.copyOf(budgets.values()),
                  nominations,
                  storage,
                  devices));
    }
    return snapshot;
  }

  Nominations nominations() {
    return nominations;
  }

  Storage storage() {
    return storage;
  }

  Devices devices() {
    return devices;
  }

  /** Ends a nomination: its room is free for others. */
  Set<ClusterEvent> unnominate(PodKey key) {
    return nominations.remove(key) ? Set.of(ClusterEvent.ASSIGNED_POD_GONE) : Set.of();
  }

  /** Labels that changed may bring other namespaces into a pod's terms. */
  Set<ClusterEvent> namespaceSeen(String name, Map<String, String> labels) {
    Map<String, String> before = namespaces.put(name, labels);
    if (labels.equals(before)) {
      return Set.of();
    }
    aroundChanged = true;
    return before == null ? Set.of() : Set.of(ClusterEvent.ASSIGNED_POD_LABELS);
  }

  void namespaceGone(String name) {
    aroundChanged |= namespaces.remove(name) != null;
  }

  void budgetSeen(DisruptionBudget budget) {
    budgets.put(budget.namespace() + "/" + budget.name(), budget);
    aroundChanged = true;
  }

  void budgetGone(String namespace, String name) {
    aroundChanged |= budgets.remove(namespace + "/" + name) != null;
  }

  Optional<PodView> placed(PodKey key) {
    return Optional.ofNullable(placed.get(key));
  }

  Set<ClusterEvent> place(PodView pod) {
    PodView before = placed.put(pod.key(), pod);
    if (before != null && sameForOthers(before, pod)) {
      return Set.of();
    }
    nominations.remove(pod.key());
    Optional<NodeView> home = snapshot.node(pod.nodeName());
    if (before != null && before.nodeName().equals(pod.nodeName()) && home.isPresent()) {
      snapshot = snapshot.with(home.get().replacing(pod));
      return changes(before, pod);
    }
    if (before != null) {
      takeOff(before);
    }
    snapshot
        .node(pod.nodeName())
        .ifPresentOrElse(
            node -> snapshot = snapshot.with(node.with(pod)),
            () ->
                withoutNode
                    .computeIfAbsent(pod.nodeName(), n -> new LinkedHashMap<>())
                    .put(pod.key(), pod));
    return before == null ? Set.of(ClusterEvent.ASSIGNED_POD_ADDED) : changes(before, pod);
  }

  private static boolean sameForOthers(PodView before, PodView now) {
    return before.nodeName().equals(now.nodeName())
        && before.requests().equals(now.requests())
        && before.hostPorts().equals(now.hostPorts())
        && before.labels().equals(now.labels())
        && before.deleting() == now.deleting()
        && before.standing().equals(now.standing());
  }

  private static Set<ClusterEvent> changes(PodView before, PodView now) {
    Set<ClusterEvent> events = EnumSet.noneOf(ClusterEvent.class);
    if (shrank(before.requests(), now.requests())) {
      events.add(ClusterEvent.ASSIGNED_POD_SHRUNK);
    }
    if (!before.labels().equals(now.labels())) {
      events.add(ClusterEvent.ASSIGNED_POD_LABELS);
    }
    if (now.deleting() && !before.deleting()) {
      events.add(ClusterEvent.ASSIGNED_POD_DELETING);
    }
    if (!before.nodeName().equals(now.nodeName())) {
      events.add(ClusterEvent.ASSIGNED_POD_GONE);
      events.add(ClusterEvent.ASSIGNED_POD_ADDED);
    }
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

  Set<ClusterEvent> nodeGone(String name) {
    snapshot
        .node(name)
        .ifPresent(node -> {
          for (PodView pod : node.pods()) {
            withoutNode.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(pod.key(), pod);
          }
        });
    snapshot = snapshot.without(name);
    return Set.of(ClusterEvent.NODE_GONE);
  }
}
