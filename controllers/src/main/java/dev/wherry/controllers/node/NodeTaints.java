package dev.wherry.controllers.node;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Taint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The taints that a node's conditions call for (nodelifecycle, TaintNodesByCondition). */
final class NodeTaints {
  static final String NOT_READY = "node.kubernetes.io/not-ready";
  static final String UNREACHABLE = "node.kubernetes.io/unreachable";
  static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
  static final String NO_SCHEDULE = "NoSchedule";
  static final String NO_EXECUTE = "NoExecute";

  /** Conditions that are bad when True. */
  private static final Map<String, String> PRESSURES =
      new TreeMap<>(
          Map.of(
              "MemoryPressure", "node.kubernetes.io/memory-pressure",
              "DiskPressure", "node.kubernetes.io/disk-pressure",
              "PIDPressure", "node.kubernetes.io/pid-pressure",
              "NetworkUnavailable", "node.kubernetes.io/network-unavailable"));

  private static final Set<String> READINESS = Set.of(NOT_READY, UNREACHABLE);

  private NodeTaints() {}

  /** Whether taints that evict may be there. */
  enum Eviction {
    /** Add what the node's state calls for. */
    ADD,
    /** Add nothing now; what is there for good reason stays. */
    HOLD,
    /** Take them away: so many nodes are silent that the fault is likely here. */
    NONE
  }

  /**
   * Whether the node's state calls for an evicting taint and it has none. One that is not ready any
   * more and was unreachable before has one: the taints change places at once.
   */
  static boolean wantsEviction(Node node) {
    return !readinessKey(node).isEmpty()
        && node.spec().taints().stream()
            .noneMatch(t -> READINESS.contains(t.key()) && t.effect().equals(NO_EXECUTE));
  }

  /** The taints the node should have, those of others untouched and in their order. */
  static List<Taint> wanted(Node node, Eviction eviction, Instant now) {
    List<Taint> wanted = new ArrayList<>();
    for (String key : noScheduleKeys(node)) {
      wanted.add(taint(key, NO_SCHEDULE, now));
    }
    String key = readinessKey(node);
    boolean present = !key.isEmpty() && !wantsEviction(node);
    if (!key.isEmpty() && (eviction == Eviction.ADD || eviction == Eviction.HOLD && present)) {
      wanted.add(taint(key, NO_EXECUTE, now));
    }
    List<Taint> all = new ArrayList<>();
    for (Taint taint : node.spec().taints()) {
      if (!isOurs(taint) || wanted.removeIf(w -> same(w, taint))) {
        all.add(taint);
      }
    }
    all.addAll(wanted);
    return all;
  }

  private static List<String> noScheduleKeys(Node node) {
    List<String> keys = new ArrayList<>();
    String readiness = readinessKey(node);
    if (!readiness.isEmpty()) {
      keys.add(readiness);
    }
    PRESSURES.forEach((condition, key) -> {
      if (NodeHealth.condition(node, condition).map(c -> c.status().equals("True")).orElse(false)) {
        keys.add(key);
      }
    });
    if (Boolean.TRUE.equals(node.spec().unschedulable())) {
      keys.add(UNSCHEDULABLE);
    }
    return keys;
  }

  private static String readinessKey(Node node) {
    return switch (NodeHealth.readiness(node)) {
      case "True" -> "";
      // A node that has not reported yet is not ready; only one that fell silent is unreachable.
      case "Unknown" ->
          NodeHealth.condition(node, NodeHealth.READY).isPresent() ? UNREACHABLE : NOT_READY;
      default -> NOT_READY;
    };
  }

  private static boolean isOurs(Taint taint) {
    boolean schedule = taint.effect().equals(NO_SCHEDULE);
    boolean execute = taint.effect().equals(NO_EXECUTE);
    return (schedule || execute) && READINESS.contains(taint.key())
        || schedule && (PRESSURES.containsValue(taint.key()) || taint.key().equals(UNSCHEDULABLE));
  }

  private static boolean same(Taint one, Taint other) {
    return one.key().equals(other.key()) && one.effect().equals(other.effect());
  }

  private static Taint taint(String key, String effect, Instant now) {
    return Taint.builder().key(key).effect(effect).timeAdded(now).build();
  }
}
