package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.NodeView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that a pod does not fit, each with its first rejection. Of the loop; those of a decision
 * may be changed by the next one.
 */
public final class Rejections {
  private final List<Rejection> all = new ArrayList<>();

  private @Nullable Tally tally;

  /** Adds a node that is not in it yet. */
  public void add(Rejection rejection) {
    all.add(rejection);
    if (tally != null) {
      tally.add(rejection, 1);
    }
  }

  /** Takes the place of the i-th, which is of the same node. */
  public void set(int i, Rejection rejection) {
    Rejection before = all.set(i, rejection);
    if (tally != null) {
      tally.add(before, -1);
      tally.add(rejection, 1);
    }
  }

  /** The same in the order of their places. */
  public Rejections byPlace() {
    List<Rejection> ordered = new ArrayList<>(all);
    ordered.sort(Comparator.comparingInt(Rejection::place));
    Rejections byPlace = new Rejections();
    ordered.forEach(byPlace::add);
    return byPlace;
  }

  public int size() {
    return all.size();
  }

  public Rejection at(int i) {
    return all.get(i);
  }

  public NodeView node(int i) {
    return all.get(i).node();
  }

  /** Counted once, then kept up to date. */
  public Tally tally() {
    Tally counted = tally;
    if (counted == null) {
      counted = new Tally();
      for (Rejection rejection : all) {
        counted.add(rejection, 1);
      }
      tally = counted;
    }
    return counted;
  }

  /** Looks through all. */
  public Optional<Verdict.Rejected> of(String node) {
    for (Rejection rejection : all) {
      if (rejection.node().name().equals(node)) {
        return Optional.of(rejection.why());
      }
    }
    return Optional.empty();
  }
}
