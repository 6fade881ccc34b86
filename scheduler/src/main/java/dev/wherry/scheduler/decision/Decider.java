package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.ScorePlugin.NodeScorer;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Filters nodes from a place that moves on with every pod until enough have passed, scores those
 * and takes the best; equals are drawn by a seeded generator. Not thread-safe: the loop's own.
 */
public final class Decider {
  /** Clusters up to this size are always looked at whole (upstream: minFeasibleNodesToFind). */
  static final int FEASIBLE_MIN = 100;

  private static final int PERCENT_MIN = 5;
  private static final int PERCENT_BASE = 50;
  private static final int NODES_PER_PERCENT = 125;

  private final SplittableRandom random;
  private int start;

  public Decider(long seed) {
    this.random = new SplittableRandom(seed);
  }

  public Decision decide(PodView pod, ClusterSnapshot snapshot, Profile profile) {
    List<Named> filters = new ArrayList<>(profile.filters().size());
    Optional<FilterPlugin.Prepared.Only> only = prepare(pod, snapshot, profile, filters);
    Search search = new Search(pod, snapshot, filters, wanted(snapshot.size(), profile));
    if (search.nominated()) {
      return best(pod, snapshot, profile, search);
    }
    if (only.isPresent()) {
      search.amongNamed(snapshot, only.get(), filters);
    } else {
      start = search.from(snapshot, snapshot.size() == 0 ? 0 : start % snapshot.size());
    }
    if (search.feasible.isEmpty()) {
      return nowhere(pod, snapshot, profile, search);
    }
    return best(pod, snapshot, profile, search);
  }

  private static Optional<FilterPlugin.Prepared.Only> prepare(
      PodView pod, ClusterSnapshot snapshot, Profile profile, List<Named> filters) {
    Optional<FilterPlugin.Prepared.Only> only = Optional.empty();
    for (FilterPlugin plugin : profile.filters()) {
      switch (plugin.prepare(pod, snapshot)) {
        case FilterPlugin.Prepared.Skip() -> {}
        case FilterPlugin.Prepared.Check(NodeFilter filter) ->
            filters.add(new Named(plugin.name(), filter));
        case FilterPlugin.Prepared.Only named -> {
          filters.add(new Named(plugin.name(), named.filter()));
          only = Optional.of(named);
        }
      }
    }
    return only;
  }

  /** How many feasible nodes are enough (upstream: numFeasibleNodesToFind). */
  static int wanted(int nodes, Profile profile) {
    int percent = profile.percentageOfNodesToScore();
    if (nodes < FEASIBLE_MIN || percent >= 100) {
      return nodes;
    }
    if (percent == 0) {
      percent = Math.max(PERCENT_MIN, PERCENT_BASE - nodes / NODES_PER_PERCENT);
    }
    return Math.max(FEASIBLE_MIN, (int) ((long) nodes * percent / 100));
  }

  private Decision best(PodView pod, ClusterSnapshot snapshot, Profile profile, Search search) {
    List<NodeView> feasible = search.feasible;
    if (feasible.size() == 1) {
      return new Decision.Place(feasible.getFirst().name(), 0, search.looked, 1);
    }
    long[] totals = new long[feasible.size()];
    long[] scores = new long[feasible.size()];
    for (Profile.Weighted weighted : profile.scores()) {
      Optional<NodeScorer> scorer = weighted.plugin().prepare(pod, feasible, snapshot);
      if (scorer.isEmpty()) {
        continue;
      }
      for (int i = 0; i < scores.length; i++) {
        scores[i] = scorer.get().score(feasible.get(i));
      }
      scorer.get().normalize(scores);
      for (int i = 0; i < scores.length; i++) {
        totals[i] += scores[i] * weighted.weight();
      }
    }
    int chosen = pick(totals);
    return new Decision.Place(
        feasible.get(chosen).name(), totals[chosen], search.looked, feasible.size());
  }

  /** The highest total; among equals each has the same chance (reservoir of one). */
  private int pick(long[] totals) {
    int chosen = 0;
    int equals = 1;
    for (int i = 1; i < totals.length; i++) {
      if (totals[i] > totals[chosen]) {
        chosen = i;
        equals = 1;
      } else if (totals[i] == totals[chosen] && random.nextInt(++equals) == 0) {
        chosen = i;
      }
    }
    return chosen;
  }

  private Decision nowhere(PodView pod, ClusterSnapshot snapshot, Profile profile, Search search) {
    StringBuilder message =
        new StringBuilder(FitMessage.of(snapshot.size(), search.rejections.values()));
    Decision.Room room = new Decision.Room.Unchanged();
    var failure =
        new PostFilterPlugin.Failure(pod, snapshot, search.rejections, search::verdict, random);
    if (snapshot.size() > 0) {
      for (PostFilterPlugin plugin : profile.postFilters()) {
        switch (plugin.makeRoom(failure)) {
          case PostFilterPlugin.Room.None(String said, boolean hopeless) -> {
            message.append(' ').append(said);
            if (hopeless) {
              room = new Decision.Room.Hopeless();
            }
          }
          case PostFilterPlugin.Room.Preempt(String node, List<PodView> victims) ->
              room = new Decision.Room.Preempt(node, victims);
        }
      }
    }
    return new Decision.Nowhere(search.rejections, search.rejectedBy, message.toString(), room);
  }

  private record Named(String plugin, NodeFilter filter) {}

  /** The nodes of one try, as they fall. */
  private static final class Search {
    private final PodView pod;
    private final ClusterSnapshot snapshot;
    private final Nominations nominations;
    private final List<Named> filters;
    private final int enough;
    private final List<NodeView> feasible = new ArrayList<>();
    private final Map<String, Verdict.Rejected> rejections = new LinkedHashMap<>();
    private final Set<String> rejectedBy = new LinkedHashSet<>();
    private int looked;

    Search(PodView pod, ClusterSnapshot snapshot, List<Named> filters, int enough) {
      this.pod = pod;
      this.snapshot = snapshot;
      this.nominations = snapshot.around().nominations();
      this.filters = filters;
      this.enough = enough;
    }

    /** Whether the node fits where room was made for the pod: then no other is looked at. */
    boolean nominated() {
      String name = pod.standing().nominatedNode();
      if (name.isEmpty()) {
        return false;
      }
      snapshot.node(name).ifPresent(this::look);
      if (feasible.isEmpty()) {
        looked = 0;
        return false;
      }
      return true;
    }

    /** Returns the place behind the last node looked at. */
    int from(ClusterSnapshot snapshot, int first) {
      int size = snapshot.size();
      while (looked < size && feasible.size() < enough) {
        look(snapshot.at((first + looked) % size));
      }
      return size == 0 ? 0 : (first + looked) % size;
    }

    void amongNamed(
        ClusterSnapshot snapshot, FilterPlugin.Prepared.Only only, List<Named> plugins) {
      for (String name : only.nodes()) {
        snapshot.node(name).ifPresent(this::look);
      }
      if (feasible.isEmpty()) {
        Verdict.Rejected elsewhere = new Verdict.Rejected(only.reason(), false);
        for (int i = 0; i < snapshot.size(); i++) {
          rejections.putIfAbsent(snapshot.at(i).name(), elsewhere);
        }
        plugins.stream()
            .filter(named -> named.filter() == only.filter())
            .forEach(named -> rejectedBy.add(named.plugin()));
      }
    }

    private void look(NodeView node) {
      looked++;
      List<PodView> ahead = nominations.isEmpty() ? List.of() : ahead(node);
      if ((ahead.isEmpty() || passes(node, withAll(node, ahead))) && passes(node, node)) {
        feasible.add(node);
      }
    }

    private boolean passes(NodeView before, NodeView now) {
      for (int i = 0; i < filters.size(); i++) {
        Named named = filters.get(i);
        if (check(named, before, now) instanceof Verdict.Rejected rejected) {
          rejections.put(now.name(), rejected);
          rejectedBy.add(named.plugin());
          return false;
        }
      }
      return true;
    }

    /** The first rejection of a node as it might be, pods with a claim to it included. */
    Verdict verdict(NodeView before, NodeView now) {
      List<PodView> ahead = nominations.isEmpty() ? List.of() : ahead(now);
      Verdict full = ahead.isEmpty() ? Verdict.FITS : first(before, withAll(now, ahead));
      return full instanceof Verdict.Rejected ? full : first(before, now);
    }

    private Verdict first(NodeView before, NodeView now) {
      for (int i = 0; i < filters.size(); i++) {
        Verdict verdict = check(filters.get(i), before, now);
        if (verdict instanceof Verdict.Rejected) {
          return verdict;
        }
      }
      return Verdict.FITS;
    }

    @SuppressWarnings("ReferenceEquality") // The same view needs no second thought.
    private static Verdict check(Named named, NodeView before, NodeView now) {
      NodeFilter filter = before == now ? named.filter() : named.filter().given(before, now);
      return filter.test(now);
    }

    private List<PodView> ahead(NodeView node) {
      return nominations.before(pod, node.name());
    }

    private static NodeView withAll(NodeView node, List<PodView> more) {
      NodeView full = node;
      for (PodView other : more) {
        full = full.with(other.on(node.name()));
      }
      return full;
    }
  }
}
