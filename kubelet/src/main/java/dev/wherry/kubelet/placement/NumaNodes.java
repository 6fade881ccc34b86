package dev.wherry.kubelet.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A set of memory nodes.
 *
 * @param bits one for each node, the lowest for node 0
 */
public record NumaNodes(long bits) {
  /** Every node there may be: no wish. */
  public static final NumaNodes ANY = new NumaNodes(-1L);

  /** Nodes have numbers below this. */
  public static final int NODES_MAX = Long.SIZE;

  public static NumaNodes of(int... nodes) {
    long bits = 0;
    for (int node : nodes) {
      bits |= 1L << node;
    }
    return new NumaNodes(bits);
  }

  public static NumaNodes of(Collection<Integer> nodes) {
    return of(nodes.stream().mapToInt(Integer::intValue).toArray());
  }

  public boolean has(int node) {
    return node >= 0 && node < NODES_MAX && (bits >>> node & 1) == 1;
  }

  public NumaNodes and(NumaNodes other) {
    return new NumaNodes(bits & other.bits);
  }

  public boolean intersects(NumaNodes other) {
    return (bits & other.bits) != 0;
  }

  /** Whether all of the other's nodes are in this. */
  public boolean covers(NumaNodes other) {
    return (bits & other.bits) == other.bits;
  }

  public int size() {
    return Long.bitCount(bits);
  }

  /** Fewer nodes, or as many with lower numbers (rule: upstream's bitmask.IsNarrowerThan). */
  public boolean narrowerThan(NumaNodes other) {
    return size() == other.size()
        ? Long.compareUnsigned(bits, other.bits) < 0
        : size() < other.size();
  }

  /** The numbers, ascending. */
  public List<Integer> list() {
    List<Integer> nodes = new ArrayList<>();
    for (int node = 0; node < NODES_MAX; node++) {
      if (has(node)) {
        nodes.add(node);
      }
    }
    return nodes;
  }

  /**
   * All combinations of these nodes but the empty one, smaller ones first, then by number (rule:
   * upstream's bitmask.IterateBitMasks).
   */
  public List<NumaNodes> combinations() {
    List<Integer> nodes = list();
    List<NumaNodes> all = new ArrayList<>();
    for (int size = 1; size <= nodes.size(); size++) {
      combine(nodes, size, 0, 0, all);
    }
    return all;
  }

  private static void combine(
      List<Integer> nodes, int left, int from, long bits, List<NumaNodes> all) {
    if (left == 0) {
      all.add(new NumaNodes(bits));
      return;
    }
    for (int i = from; i <= nodes.size() - left; i++) {
      combine(nodes, left - 1, i + 1, bits | 1L << nodes.get(i), all);
    }
  }
}
