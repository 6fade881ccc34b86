package dev.wherry.scheduler.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pods that have no node yet but for which room is being made on one. Owned by the scheduler's
 * loop; what a snapshot shows of them is always their newest state.
 */
public final class Nominations {
  /** Changes that are remembered; who has seen none of them for longer looks at everything. */
  static final int CHANGES_MAX = 1_024;

  private final Map<PodKey, PodView> pods = new HashMap<>();

  /** Immutable lists: one that is the same object has not changed. */
  private final Map<String, List<PodView>> byNode = new HashMap<>();

  private final String[] changed = new String[CHANGES_MAX];
  private long changes;

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
    List<PodView> there = new ArrayList<>(on(pod.standing().nominatedNode()));
    there.add(pod);
    change(pod.standing().nominatedNode(), there);
  }

  /** Returns whether there was one. */
  public boolean remove(PodKey key) {
    PodView known = pods.remove(key);
    if (known == null) {
      return false;
    }
    String node = known.standing().nominatedNode();
    List<PodView> there = new ArrayList<>(on(node));
    there.removeIf(pod -> pod.key().equals(key));
    change(node, there);
    return true;
  }

  private void change(String node, List<PodView> there) {
    if (there.isEmpty()) {
      byNode.remove(node);
    } else {
      byNode.put(node, List.copyOf(there));
    }
    changed[(int) (changes % CHANGES_MAX)] = node;
    changes++;
  }

  /** How many changes there have been. */
  public long changes() {
    return changes;
  }

  /**
   * Nodes whose nominations have changed.
   *
   * @param before what {@link #changes} was
   * @return empty where that is too long ago
   */
  public Optional<Set<String>> changedSince(long before) {
    if (changes - before > CHANGES_MAX) {
      return Optional.empty();
    }
    Set<String> nodes = new LinkedHashSet<>();
    for (long i = before; i < changes; i++) {
      nodes.add(changed[(int) (i % CHANGES_MAX)]);
    }
    return Optional.of(nodes);
  }

  /** Where room is being made for the pod, or "". */
  public String nodeOf(PodKey key) {
    PodView known = pods.get(key);
    return known == null ? "" : known.standing().nominatedNode();
  }

  /** Pods that wait for room on the node; the same object until it changes. */
  public List<PodView> on(String node) {
    List<PodView> there = byNode.get(node);
    return there == null ? List.of() : there;
  }

  /** Those with whom the given pod has to share the node: of its priority or above. */
  public List<PodView> before(PodView pod, String node) {
    List<PodView> there = on(node);
    if (there.isEmpty()) {
      return there;
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
