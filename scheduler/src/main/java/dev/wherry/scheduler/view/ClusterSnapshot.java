package dev.wherry.scheduler.view;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All nodes at one moment; a change shares all but a piece with it. The index of names is shared by
 * all snapshots until a node goes: a name that came later has a place behind an older one's end.
 */
public final class ClusterSnapshot {
  public static final ClusterSnapshot EMPTY =
      new ClusterSnapshot(
          NodeTable.EMPTY, new ConcurrentHashMap<>(), Surroundings.NONE, new TopologyCounts());

  private final NodeTable nodes;
  private final ConcurrentHashMap<String, Integer> index;
  private final Surroundings around;
  private final TopologyCounts counts;

  private ClusterSnapshot(
      NodeTable nodes,
      ConcurrentHashMap<String, Integer> index,
      Surroundings around,
      TopologyCounts counts) {
    this.nodes = nodes;
    this.index = index;
    this.around = around;
    this.counts = counts;
  }

  /** The same for somebody else: nothing that a thread of its own does to it shows here. */
  public ClusterSnapshot apart() {
    return new ClusterSnapshot(nodes, index, around.copy(), new TopologyCounts());
  }

  /** What is known beside nodes and the pods on them. */
  public Surroundings around() {
    return around;
  }

  public ClusterSnapshot with(Surroundings other) {
    return new ClusterSnapshot(nodes, index, other, counts);
  }

  /**
   * The counts of this snapshot's pods. They are shared with the snapshots before and after it and
   * follow the one they were last asked from: read them before the next one is asked, on the thread
   * that decides.
   */
  public TopologyCounts counts() {
    if (nodes.size() == 0) {
      return new TopologyCounts();
    }
    counts.follow(nodes, around.namespaces());
    return counts;
  }

  public int size() {
    return nodes.size();
  }

  /** Places whose nodes are other objects than in an older snapshot. */
  public int[] changedSince(ClusterSnapshot older) {
    return nodes.differences(older.nodes);
  }

  /** The node at a place in 0 to {@link #size} - 1; places change only when nodes come or go. */
  public NodeView at(int place) {
    return nodes.at(place);
  }

  public Optional<NodeView> node(String name) {
    int place = placeOf(name);
    return place < 0 ? Optional.empty() : Optional.of(nodes.at(place));
  }

  /** The place of the node of this name, or -1. */
  public int placeOf(String name) {
    int place = index.getOrDefault(name, -1);
    boolean here = place >= 0 && place < nodes.size() && nodes.at(place).name().equals(name);
    return here ? place : -1;
  }

  /** With this node in the place of the one of its name, or behind all. */
  public ClusterSnapshot with(NodeView node) {
    int place = placeOf(node.name());
    if (place >= 0) {
      return new ClusterSnapshot(nodes.with(place, node), index, around, counts);
    }
    NodeTable more = nodes.and(node);
    // The first snapshot, or one of which another went on already, begins an index of its own.
    boolean own = nodes.size() == 0 || index.putIfAbsent(node.name(), nodes.size()) != null;
    if (own) {
      ConcurrentHashMap<String, Integer> begun = new ConcurrentHashMap<>();
      for (int i = 0; i < more.size(); i++) {
        begun.put(more.at(i).name(), i);
      }
      return new ClusterSnapshot(more, begun, around, begunCounts());
    }
    return new ClusterSnapshot(more, index, around, counts);
  }

  /** The empty snapshot is one for all: what goes on from it counts for itself. */
  private TopologyCounts begunCounts() {
    return nodes.size() == 0 ? new TopologyCounts() : counts;
  }

  /** Without the node of this name; the last one takes its place. */
  public ClusterSnapshot without(String name) {
    int place = placeOf(name);
    if (place < 0) {
      return this;
    }
    NodeView last = nodes.at(nodes.size() - 1);
    NodeTable fewer = nodes.withoutLast();
    ConcurrentHashMap<String, Integer> fewerIndex = new ConcurrentHashMap<>(index);
    fewerIndex.remove(name);
    if (place < fewer.size()) {
      fewer = fewer.with(place, last);
      fewerIndex.put(last.name(), place);
    }
    return new ClusterSnapshot(fewer, fewerIndex, around, counts);
  }
}
