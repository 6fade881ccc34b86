package dev.wherry.kubelet.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How much memory each node has left, and which nodes are used together (rule: upstream's memory
 * manager: a node serves single-node promises or one group of nodes, never both). Made anew from
 * what is promised; pure.
 */
final class MemoryTable {
  private final NumaNodes machine;
  private final Map<Integer, Long> allocatable;
  private final Map<Integer, Long> free;
  private final Map<Integer, NumaNodes> groups = new TreeMap<>();

  /** Bytes promised from some nodes together. */
  record Promise(NumaNodes nodes, long bytes) {}

  /**
   * @param allocatable of each node, in bytes
   */
  MemoryTable(Map<Integer, Long> allocatable, Collection<Promise> promises) {
    this.machine = NumaNodes.of(allocatable.keySet());
    this.allocatable = allocatable;
    this.free = new TreeMap<>(allocatable);
    for (Promise promise : promises) {
      long left = promise.bytes();
      for (int node : promise.nodes().list()) {
        groups.put(node, promise.nodes());
        long taken = Math.min(left, free.getOrDefault(node, 0L));
        free.merge(node, -taken, Long::sum);
        left -= taken;
      }
    }
  }

  /** Whether what was promised is there. */
  static boolean holds(Map<Integer, Long> allocatable, Collection<Promise> promises) {
    MemoryTable table = new MemoryTable(allocatable, promises);
    long all = promises.stream().mapToLong(Promise::bytes).sum();
    long taken =
        allocatable.entrySet().stream()
            .mapToLong(node -> node.getValue() - table.free.getOrDefault(node.getKey(), 0L))
            .sum();
    return taken == all && promises.stream().allMatch(p -> table.machine.covers(p.nodes()));
  }

  /**
   * From which nodes so much could come.
   *
   * @param reusable bytes that the pod's init containers hold, by their nodes
   */
  List<NumaHint> hints(long bytes, Map<NumaNodes, Long> reusable) {
    int least = machine.size();
    List<NumaNodes> possible = new ArrayList<>();
    for (NumaNodes nodes : machine.combinations()) {
      if (sum(allocatable, nodes) >= bytes) {
        least = Math.min(least, nodes.size());
        boolean enough = sum(free, nodes) + reusable.getOrDefault(nodes, 0L) >= bytes;
        if (enough && mayGoTogether(nodes)) {
          possible.add(nodes);
        }
      }
    }
    int size = least;
    return possible.stream().map(nodes -> new NumaHint(nodes, nodes.size() == size)).toList();
  }

  private boolean mayGoTogether(NumaNodes nodes) {
    return nodes.list().stream().allMatch(node -> groups.getOrDefault(node, nodes).equals(nodes));
  }

  /** The best place that has all of these nodes; empty where none is left. */
  Optional<NumaNodes> best(long bytes, Map<NumaNodes, Long> reusable, NumaNodes wanted) {
    NumaNodes within = wanted.equals(NumaNodes.ANY) ? NumaNodes.of() : wanted;
    return hints(bytes, reusable).stream()
        .filter(hint -> hint.nodes().covers(within))
        .reduce((one, other) -> better(other, one) ? other : one)
        .map(NumaHint::nodes);
  }

  private static boolean better(NumaHint next, NumaHint now) {
    return next.preferred() == now.preferred()
        ? next.nodes().narrowerThan(now.nodes())
        : next.preferred();
  }

  private static long sum(Map<Integer, Long> amounts, NumaNodes nodes) {
    return nodes.list().stream().mapToLong(node -> amounts.getOrDefault(node, 0L)).sum();
  }
}
