package dev.wherry.scheduler.view;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All nodes at one moment. A change of one node copies one array of references; the index is shared
 * until a node comes or goes.
 */
public final class ClusterSnapshot {
  public static final ClusterSnapshot EMPTY = new ClusterSnapshot(new NodeView[0], Map.of());

  private final NodeView[] nodes;
  private final Map<String, Integer> index;

  private ClusterSnapshot(NodeView[] nodes, Map<String, Integer> index) {
    this.nodes = nodes;
    this.index = index;
  }

  public int size() {
    return nodes.length;
  }

  /** The node at a place in 0 to {@link #size} - 1; places change only when nodes come or go. */
  public NodeView at(int place) {
    return nodes[place];
  }

  public Optional<NodeView> node(String name) {
    Integer place = index.get(name);
    return place == null ? Optional.empty() : Optional.of(nodes[place]);
  }

  /** With this node in the place of the one of its name, or behind all. */
  public ClusterSnapshot with(NodeView node) {
    Integer place = index.get(node.name());
    if (place != null) {
      NodeView[] changed = nodes.clone();
      changed[place] = node;
      return new ClusterSnapshot(changed, index);
    }
    NodeView[] more = Arrays.copyOf(nodes, nodes.length + 1);
    more[nodes.length] = node;
    Map<String, Integer> moreIndex = new HashMap<>(index);
    moreIndex.put(node.name(), nodes.length);
    return new ClusterSnapshot(more, moreIndex);
  }

  /** Without the node of this name; the last one takes its place. */
  public ClusterSnapshot without(String name) {
    Integer place = index.get(name);
    if (place == null) {
      return this;
    }
    NodeView last = nodes[nodes.length - 1];
    NodeView[] fewer = Arrays.copyOf(nodes, nodes.length - 1);
    Map<String, Integer> fewerIndex = new HashMap<>(index);
    fewerIndex.remove(name);
    if (place < fewer.length) {
      fewer[place] = last;
      fewerIndex.put(last.name(), place);
    }
    return new ClusterSnapshot(fewer, fewerIndex);
  }
}
