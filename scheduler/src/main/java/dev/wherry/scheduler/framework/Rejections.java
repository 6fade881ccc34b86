package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.NodeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Nodes that a pod does not fit, each with its first rejection, in the order they were tried. */
public final class Rejections {
  private static final int PLACES_FIRST = 64;

  private final List<NodeView> nodes = new ArrayList<>();
  private int[] places = new int[PLACES_FIRST];
  private final List<Verdict.Rejected> reasons = new ArrayList<>();

  /** Adds a node that is not in it yet, with its place in the snapshot. */
  public void add(int place, NodeView node, Verdict.Rejected why) {
    if (nodes.size() == places.length) {
      places = Arrays.copyOf(places, places.length * 2);
    }
    places[nodes.size()] = place;
    nodes.add(node);
    reasons.add(why);
  }

  public void clear() {
    nodes.clear();
    reasons.clear();
  }

  public int size() {
    return nodes.size();
  }

  public NodeView node(int i) {
    return nodes.get(i);
  }

  public int place(int i) {
    return places[i];
  }

  public Verdict.Rejected why(int i) {
    return reasons.get(i);
  }

  /** All reasons, a node each. */
  public List<Verdict.Rejected> reasons() {
    return Collections.unmodifiableList(reasons);
  }

  /** Looks through all. */
  public Optional<Verdict.Rejected> of(String node) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).name().equals(node)) {
        return Optional.of(reasons.get(i));
      }
    }
    return Optional.empty();
  }
}
