package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.PluginException;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.ScorePlugin.NodeScorer;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodShape;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
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

  /** Shapes of pods whose verdicts are kept. */
  private static final int SHAPES_MAX = 16;

  private final SplittableRandom random;
  private final Map<PodShape, KeptVerdicts> memos = new LinkedHashMap<>(16, 0.75f, true);
  private int start;

  public Decider(long seed) {
    this.random = new SplittableRandom(seed);
  }

  public Decision decide(PodView pod, ClusterSnapshot snapshot, Profile profile) {
    try {
      return tryAll(pod, snapshot, profile);
    } catch (PluginException e) {
      return new Decision.Failed(String.valueOf(e.getMessage()));
    }
  }

  private Decision tryAll(PodView pod, ClusterSnapshot snapshot, Profile profile) {
    List<Search.Named> filters = new ArrayList<>(profile.filters().size());
    Where where = prepare(pod, snapshot, profile, filters);
    Search search = new Search(pod, snapshot, filters, memo(pod));
    if (where instanceof Where.Nowhere(String plugin, String reason)) {
      return nowhere(
          pod, snapshot, profile, search, Set.of(plugin), FitMessage.none(snapshot.size(), reason));
    }
    Optional<String> failed = find(pod, snapshot, profile, where, search);
    if (failed.isPresent()) {
      return new Decision.Failed(failed.get());
    }
    return search.feasible().isEmpty()
        ? nowhere(
            pod,
            snapshot,
            profile,
            search,
            search.rejectedBy(),
            FitMessage.of(snapshot.size(), search.rejections().tally().reasons()))
        : best(pod, snapshot, profile, search);
  }

  /** Returns why it cannot be said where the pod fits. */
  private Optional<String> find(
      PodView pod, ClusterSnapshot snapshot, Profile profile, Where where, Search search) {
    if (search.nominated()) {
      Optional<String> failed = Extension.narrow(pod, profile.extenders(), search);
      if (failed.isPresent() || !search.feasible().isEmpty()) {
        return failed;
      }
      search.restart();
    }
    switch (where) {
      case Where.Only(String plugin, FilterPlugin.Prepared.Only only) ->
          search.amongNamed(only, plugin);
      case Where.Anywhere(), Where.Nowhere _ -> {
        if (!search.stillNowhere()) {
          int first = snapshot.size() == 0 ? 0 : start % snapshot.size();
          start = search.from(first, wanted(snapshot.size(), profile));
        }
      }
    }
    return Extension.narrow(pod, profile.extenders(), search);
  }

  private KeptVerdicts memo(PodView pod) {
    KeptVerdicts memo = memos.computeIfAbsent(PodShape.of(pod), s -> new KeptVerdicts());
    if (memos.size() > SHAPES_MAX) {
      Iterator<PodShape> eldest = memos.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return memo;
  }

  /** Which nodes are looked at, by a plugin's word. */
  private sealed interface Where {
    record Anywhere() implements Where {}

    record Only(String plugin, FilterPlugin.Prepared.Only only) implements Where {}

    record Nowhere(String plugin, String reason) implements Where {}
  }

  private static Where prepare(
      PodView pod, ClusterSnapshot snapshot, Profile profile, List<Search.Named> filters) {
    Where where = new Where.Anywhere();
    for (FilterPlugin plugin : profile.filters()) {
      switch (plugin.prepare(pod, snapshot)) {
        case FilterPlugin.Prepared.Skip() -> {}
        case FilterPlugin.Prepared.Check(NodeFilter filter) ->
            filters.add(new Search.Named(plugin.name(), filter));
        case FilterPlugin.Prepared.Only named -> {
          filters.add(new Search.Named(plugin.name(), named.filter()));
          where = new Where.Only(plugin.name(), named);
        }
        case FilterPlugin.Prepared.Reject(String reason) -> {
          return new Where.Nowhere(plugin.name(), reason);
        }
      }
    }
    return where;
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
    List<NodeView> feasible = search.feasible();
    if (feasible.size() == 1) {
      return new Decision.Place(feasible.getFirst().name(), 0, search.looked(), 1);
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
    Extension.add(pod, profile.extenders(), feasible, totals);
    int chosen = pick(totals);
    return new Decision.Place(
        feasible.get(chosen).name(), totals[chosen], search.looked(), feasible.size());
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

  private Decision nowhere(
      PodView pod,
      ClusterSnapshot snapshot,
      Profile profile,
      Search search,
      Set<String> rejectedBy,
      String why) {
    List<String> said = new ArrayList<>();
    Decision.Room room = new Decision.Room.Unchanged();
    var failure =
        new PostFilterPlugin.Failure(
            pod, snapshot, search.rejections(), search::verdict, search.looksAtOneNode(), random);
    List<PostFilterPlugin> plugins = snapshot.size() > 0 ? profile.postFilters() : List.of();
    for (int i = 0; i < plugins.size() && !(room instanceof Decision.Room.Relieve); i++) {
      switch (plugins.get(i).makeRoom(failure)) {
        case PostFilterPlugin.Room.None(String message, boolean hopeless) -> {
          said.add(message);
          if (hopeless) {
            room = new Decision.Room.Hopeless();
          }
        }
        case PostFilterPlugin.Room.Relieve(String message, Runnable write) -> {
          said.add(message);
          room = new Decision.Room.Relieve(write);
        }
        case PostFilterPlugin.Room.Preempt(String node, List<PodView> victims) ->
            room = new Decision.Room.Preempt(node, victims);
      }
    }
    said.removeIf(String::isEmpty);
    String message = said.isEmpty() ? why : why + " " + String.join(", ", said);
    return new Decision.Nowhere(search.rejections(), rejectedBy, message, room);
  }
}
