package dev.wherry.kubelet.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The best place for all of a container's resources together (rule: upstream's HintMerger: a
 * preferred place before any other; among preferred ones the narrowest; among others the one that
 * is nearest to the size that every resource needs by itself). Pure.
 */
final class HintMerge {
  private final Optional<Topology> distances;
  private final List<List<NumaHint>> hints;
  private final int needed;
  private NumaHint best;
  private boolean found;

  private HintMerge(Optional<Topology> distances, NumaNodes nodes, List<List<NumaHint>> hints) {
    this.distances = distances;
    this.hints = hints;
    this.needed = needed(hints);
    this.best = new NumaHint(nodes, false);
  }

  /**
   * @param books each book's hints by resource
   */
  static NumaHint merge(
      PlacementSettings settings, Topology machine, List<Map<String, List<NumaHint>>> books) {
    boolean single = settings.policy() == TopologyPolicy.SINGLE_NUMA_NODE;
    List<List<NumaHint>> hints = new ArrayList<>();
    for (Map<String, List<NumaHint>> book : books) {
      for (List<NumaHint> one : book.values()) {
        hints.add(one.isEmpty() ? List.of(NumaHint.IMPOSSIBLE) : one);
      }
    }
    NumaNodes nodes = machine.nodes();
    boolean closest = settings.closest() && !single;
    HintMerge merge =
        new HintMerge(
            closest ? Optional.of(machine) : Optional.empty(),
            nodes,
            single ? singles(hints) : hints);
    merge.walk(0, nodes, NumaNodes.ANY, true);
    NumaHint best = merge.best;
    return single && best.nodes().equals(nodes)
        ? new NumaHint(NumaNodes.ANY, best.preferred())
        : best;
  }

  /** Only what comes from one node, or does not mind, counts. */
  private static List<List<NumaHint>> singles(List<List<NumaHint>> hints) {
    return hints.stream()
        .map(list ->
            list.stream()
                .filter(NumaHint::preferred)
                .filter(hint -> hint.anywhere() || hint.nodes().size() == 1)
                .toList())
        .toList();
  }

  /** The most nodes that one of the resources needs at least. */
  private static int needed(List<List<NumaHint>> hints) {
    int most = 0;
    for (List<NumaHint> list : hints) {
      int least =
          list.stream()
              .filter(hint -> !hint.anywhere())
              .mapToInt(hint -> hint.nodes().size())
              .min()
              .orElse(0);
      most = Math.max(most, least);
    }
    return most;
  }

  /**
   * @param all what is common to the hints before
   * @param first the first of them that has a wish, which all others must equal to be preferred
   */
  private void walk(int at, NumaNodes all, NumaNodes first, boolean preferred) {
    if (at == hints.size()) {
      offer(new NumaHint(all, preferred));
      return;
    }
    for (NumaHint hint : hints.get(at)) {
      NumaNodes both = all.and(hint.nodes());
      if (both.size() > 0) {
        NumaNodes wish = first.equals(NumaNodes.ANY) ? hint.nodes() : first;
        boolean same = hint.anywhere() || hint.nodes().equals(wish);
        walk(at + 1, both, wish, preferred && same && hint.preferred());
      }
    }
  }

  private void offer(NumaHint next) {
    if (!found || better(next)) {
      best = next;
      found = true;
    }
  }

  private boolean better(NumaHint next) {
    if (next.preferred() != best.preferred()) {
      return next.preferred();
    }
    boolean narrower = fitter(next.nodes(), best.nodes());
    int now = best.nodes().size();
    int then = next.nodes().size();
    if (next.preferred() || now > needed || now == then) {
      return narrower;
    }
    return now < needed && then > now && then <= needed;
  }

  /** Fewer nodes; of as many, those that are nearer to each other where that is asked for. */
  private boolean fitter(NumaNodes next, NumaNodes now) {
    if (distances.isEmpty() || next.size() != now.size() || next.equals(now)) {
      return next.narrowerThan(now);
    }
    double then = distances.get().distance(next);
    double before = distances.get().distance(now);
    return then == before ? next.narrowerThan(now) : then < before;
  }
}
