package dev.wherry.scheduler.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pods are near which, counted once and then kept by differences: a placed pod costs the
 * counters that mean it, not a walk over all pods. A memo of {@link ClusterSnapshot}, which brings
 * it to its own state before it is read; so it belongs to whoever decides, one thread at a time.
 *
 * <p>Pods with the same namespace and labels are one group: a counter looks at a group once.
 */
public final class TopologyCounts {
  /** Counters kept; one that nobody asked for the longest goes and is counted anew when needed. */
  static final int COUNTERS_MAX = 1_024;

  private static final Map<String, String> NO_LABELS = Map.of();

  private final Map<String, NodeView> nodes = new HashMap<>();
  private final Map<PodSort, Group> groups = new HashMap<>();
  private final Map<CounterKey, Counter> counters = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<HeldTerm, DomainCounts> held = new LinkedHashMap<>();
  private final Map<String, Integer> imageNodes = new HashMap<>();
  private NodeTable seen = NodeTable.EMPTY;
  private Map<String, Map<String, String>> namespaces = Map.of();

  private record PodSort(String namespace, Map<String, String> labels) {}

  /**
   * @param all the terms that must all mean a pod
   * @param deletedToo whether pods count that are being deleted
   */
  private record CounterKey(
      List<AffinityTerm> all, String topologyKey, NodeScope scope, boolean deletedToo) {}

  private record Counter(CounterKey key, DomainCounts counts) {
    @Nullable String domain(NodeView node) {
      return key.scope.allows(node) ? node.labels().get(key.topologyKey) : null;
    }

    void add(NodeView node, int pods, int nodesMore) {
      String domain = domain(node);
      if (domain != null) {
        counts.add(domain, pods, nodesMore);
      }
    }
  }

  /** Pods of one namespace and the same labels: how many on which node, {staying, deleted}. */
  private static final class Group {
    private final Map<String, int[]> onNodes = new HashMap<>();
    private final List<Counter> counters = new ArrayList<>();
  }

  /** Pods that all the terms mean, by the domains of a label. */
  public DomainCounts meant(List<AffinityTerm> all, String topologyKey) {
    return counter(new CounterKey(all, topologyKey, NodeScope.ALL, true));
  }

  /** Pods that stay and that a spread constraint means, on the nodes of its scope. */
  public DomainCounts spread(String namespace, SpreadConstraint constraint, NodeScope scope) {
    AffinityTerm term = AffinityTerm.in(namespace, constraint.selector(), constraint.topologyKey());
    return counter(new CounterKey(List.of(term), constraint.topologyKey(), scope, false));
  }

  /** Terms of placed pods that mean the given one. */
  public List<HeldTerm.Held> meaning(PodView pod) {
    if (held.isEmpty()) {
      return List.of();
    }
    List<HeldTerm.Held> meaning = new ArrayList<>();
    String namespace = pod.key().namespace();
    Map<String, String> namespaceLabels = namespaceLabels(namespace);
    held.forEach((what, counts) -> {
      if (what.term().means(namespace, namespaceLabels, pod.labels())) {
        meaning.add(new HeldTerm.Held(what, counts));
      }
    });
    return meaning;
  }

  /** How many nodes have an image of this name. */
  public int nodesWithImage(String name) {
    return imageNodes.getOrDefault(name, 0);
  }

  private DomainCounts counter(CounterKey key) {
    Counter known = counters.get(key);
    if (known == null) {
      known = count(key);
      counters.put(key, known);
      if (counters.size() > COUNTERS_MAX) {
        Iterator<Counter> eldest = counters.values().iterator();
        Counter gone = eldest.next();
        eldest.remove();
        forget(gone);
      }
    }
    return known.counts;
  }

  private Counter count(CounterKey key) {
    Counter counter = new Counter(key, new DomainCounts());
    for (NodeView node : nodes.values()) {
      counter.add(node, 0, 1);
    }
    groups.forEach((sort, group) -> {
      if (means(key, sort)) {
        group.counters.add(counter);
        group.onNodes.forEach((name, pods) -> {
          NodeView node = nodes.get(name);
          if (node != null) {
            counter.add(node, key.deletedToo ? pods[0] + pods[1] : pods[0], 0);
          }
        });
      }
    });
    return counter;
  }

  private void forget(Counter counter) {
    groups.values().forEach(group -> group.counters.remove(counter));
  }

  private boolean means(CounterKey key, PodSort sort) {
    return AffinityTerm.allMean(
        key.all, sort.namespace, namespaceLabels(sort.namespace), sort.labels);
  }

  private Map<String, String> namespaceLabels(String namespace) {
    return namespaces.getOrDefault(namespace, NO_LABELS);
  }

  /** Brings the counts to the state of these nodes; what is the same object is not looked at. */
  void follow(NodeTable now, Map<String, Map<String, String>> namespacesNow) {
    if (!namespaces.equals(namespacesNow)) {
      namespaces = namespacesNow;
      forgetNamespaceSelectors();
    }
    NodeTable before = seen;
    int[] places = now.differences(before);
    for (int place : places) {
      if (place < before.size() && !isSameNode(before, now, place)) {
        drop(before.at(place));
      }
    }
    for (int place : places) {
      if (isSameNode(before, now, place)) {
        change(before.at(place), now.at(place));
      } else if (place < now.size()) {
        take(now.at(place));
      }
    }
    seen = now;
  }

  private static boolean isSameNode(NodeTable before, NodeTable now, int place) {
    return place < before.size()
        && place < now.size()
        && before.at(place).name().equals(now.at(place).name());
  }

  private void forgetNamespaceSelectors() {
    Iterator<Counter> all = counters.values().iterator();
    while (all.hasNext()) {
      Counter counter = all.next();
      if (counter.key.all.stream().anyMatch(AffinityTerm::looksAtNamespaceLabels)) {
        all.remove();
        forget(counter);
      }
    }
  }

  private void drop(NodeView node) {
    for (PodView pod : node.pods()) {
      count(node, pod, -1);
    }
    counters.values().forEach(counter -> counter.add(node, 0, -1));
    images(node, -1);
    nodes.remove(node.name());
  }

  private void take(NodeView node) {
    nodes.put(node.name(), node);
    counters.values().forEach(counter -> counter.add(node, 0, 1));
    images(node, 1);
    for (PodView pod : node.pods()) {
      count(node, pod, 1);
    }
  }

  private void change(NodeView old, NodeView now) {
    boolean sameFacts = old.labels().equals(now.labels()) && old.taints().equals(now.taints());
    if (!sameFacts) {
      drop(old);
      take(now);
      return;
    }
    nodes.put(now.name(), now);
    if (!old.imageBytes().equals(now.imageBytes())) {
      images(old, -1);
      images(now, 1);
    }
    PodChange change = PodChange.between(old, now);
    for (PodView pod : change.gone()) {
      count(old, pod, -1);
    }
    for (PodView pod : change.added()) {
      count(now, pod, 1);
    }
  }

  private void images(NodeView node, int by) {
    for (String name : node.imageBytes().keySet()) {
      imageNodes.merge(name, by, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  private void count(NodeView node, PodView pod, int by) {
    PodSort sort = new PodSort(pod.key().namespace(), pod.labels());
    Group group = groups.get(sort);
    if (group == null) {
      group = begin(sort);
    }
    int[] here = group.onNodes.computeIfAbsent(node.name(), name -> new int[2]);
    here[pod.deleting() ? 1 : 0] += by;
    for (int i = 0; i < group.counters.size(); i++) {
      Counter counter = group.counters.get(i);
      if (!pod.deleting() || counter.key.deletedToo) {
        counter.add(node, by, 0);
      }
    }
    if (here[0] == 0 && here[1] == 0) {
      group.onNodes.remove(node.name());
      if (group.onNodes.isEmpty()) {
        groups.remove(sort);
      }
    }
    if (!pod.affinities().isNone()) {
      hold(node, pod.affinities(), by);
    }
  }

  private Group begin(PodSort sort) {
    Group group = new Group();
    for (Counter counter : counters.values()) {
      if (means(counter.key, sort)) {
        group.counters.add(counter);
      }
    }
    groups.put(sort, group);
    return group;
  }

  private void hold(NodeView node, PodAffinities affinities, int by) {
    for (AffinityTerm term : affinities.required()) {
      hold(node, new HeldTerm(HeldTerm.Sort.REQUIRED, 0, term), by);
    }
    for (AffinityTerm term : affinities.requiredAnti()) {
      hold(node, new HeldTerm(HeldTerm.Sort.REQUIRED_ANTI, 0, term), by);
    }
    for (PodAffinities.Weighted soft : affinities.preferred()) {
      hold(node, new HeldTerm(HeldTerm.Sort.PREFERRED, soft.weight(), soft.term()), by);
    }
    for (PodAffinities.Weighted soft : affinities.preferredAnti()) {
      hold(node, new HeldTerm(HeldTerm.Sort.PREFERRED_ANTI, soft.weight(), soft.term()), by);
    }
  }

  private void hold(NodeView node, HeldTerm what, int by) {
    String domain = node.labels().get(what.term().topologyKey());
    if (domain == null) {
      return;
    }
    DomainCounts counts = held.computeIfAbsent(what, w -> new DomainCounts());
    counts.add(domain, by, 0);
    if (counts.total() == 0) {
      held.remove(what);
    }
  }
}
