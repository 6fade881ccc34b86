package dev.wherry.scheduler.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pods that have no node yet but for which room is being made on one. Owned by the scheduler's
 * loop; what a snapshot shows of them is always their newest state.
 */
public final class Nominations {
  private final Map<PodKey, PodView> pods = new HashMap<>();
  private final Map<String, List<PodView>> byNode = new HashMap<>();

  Nominations copy() {
    Nominations copy = new Nominations();
    pods.values().forEach(copy::put);
    return copy;
  }

  public boolean isEmpty() {
    return pods.isEmpty();
  }

  /** The pod is to come to the node that its standing names; another nomination of it ends. */
  public void put(PodView pod) {
    remove(pod.key());
    pods.put(pod.key(), pod);
    byNode.computeIfAbsent(pod.standing().nominatedNode(), n -> new ArrayList<>()).add(pod);
  }

  /** Returns whether there was one. */
  public boolean remove(PodKey key) {
    PodView known = pods.remove(key);
    if (known == null) {
      return false;
    }
    String node = known.standing().nominatedNode();
    List<PodView> there = byNode.getOrDefault(node, new ArrayList<>());
    there.removeIf(pod -> pod.key().equals(key));
    if (there.isEmpty()) {
      byNode.remove(node);
    }
    return true;
  }

  /** Where room is being made for the pod, or "". */
  public String nodeOf(PodKey key) {
    PodView known = pods.get(key);
    return known == null ? "" : known.standing().nominatedNode();
  }

  /** Pods that wait for room on the node. */
  public List<PodView> on(String node) {
    List<PodView> there = byNode.get(node);
    return there == null ? List.of() : List.copyOf(there);
  }

  /** Those with whom the given pod has to share the node: of its priority or above. */
  public List<PodView> before(PodView pod, String node) {
    List<PodView> there = byNode.get(node);
    if (there == null) {
      return List.of();
    }
    List<PodView> before = new ArrayList<>();
    for (PodView other : there) {
      if (other.priority() >= pod.priority() && !other.key().equals(pod.key())) {
        before.add(other);
      }
    }
    return before;
  }
}
