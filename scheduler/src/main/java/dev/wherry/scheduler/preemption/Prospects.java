package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.framework.PostFilterPlugin.Failure;
import dev.wherry.scheduler.framework.Rejection;
import dev.wherry.scheduler.framework.Rejections;
import dev.wherry.scheduler.framework.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What preemption would do on every node for one kind of pods, the best candidate first. A node is
 * looked at again when its rejection is another object than before (decision 0510).
 */
final class Prospects {
  private static final Comparator<Prospect> BEST_FIRST =
      Comparator.comparing((Prospect p) -> p.candidate, Candidate.ORDER)
          .thenComparingLong(p -> p.draw)
          .thenComparingInt(p -> p.place);

  /** Beside the results, since a search for changes looks at every one. */
  private final List<@Nullable Rejection> seen = new ArrayList<>();

  private final List<VictimSearch.@Nullable Result> results = new ArrayList<>();
  private final Map<Integer, Prospect> prospects = new HashMap<>();
  private final TreeSet<Prospect> ranked = new TreeSet<>(BEST_FIRST);

  /** Nodes where eviction may help and that have not been looked at. */
  private int open;

  /** A candidate and where it is; equals are drawn. */
  private record Prospect(int place, Candidate candidate, long draw) {}

  /** Forgets what was found out about nodes that have changed. */
  @SuppressWarnings("ReferenceEquality") // A rejection that still holds is the same object.
  void follow(Rejections rejections) {
    if (seen.size() != rejections.size()) {
      begin(rejections.size());
    }
    for (int i = 0; i < seen.size(); i++) {
      Rejection now = rejections.at(i);
      if (seen.get(i) != now && seen.get(now.place()) != now) {
        forget(now.place());
        seen.set(now.place(), now);
        open += now.why().evictionMayHelp() ? 1 : 0;
      }
    }
  }

  private void begin(int nodes) {
    seen.clear();
    results.clear();
    prospects.clear();
    ranked.clear();
    open = 0;
    for (int i = 0; i < nodes; i++) {
      seen.add(null);
      results.add(null);
    }
  }

  private void forget(int place) {
    Rejection before = seen.get(place);
    if (results.set(place, null) == null) {
      open -= before != null && before.why().evictionMayHelp() ? 1 : 0;
    }
    Prospect prospect = prospects.remove(place);
    if (prospect != null) {
      ranked.remove(prospect);
    }
  }

  /**
   * Looks at nodes, from a drawn one on, until there are enough candidates and one of them violates
   * no budget.
   */
  void find(Failure failure, int enough, VictimSearch search) {
    int size = seen.size();
    int start = size == 0 ? 0 : failure.random().nextInt(size);
    for (int i = 0; i < size && open > 0 && !isEnough(enough); i++) {
      int place = (start + i) % size;
      Rejection rejection = seen.get(place);
      if (rejection == null || results.get(place) != null || !rejection.why().evictionMayHelp()) {
        continue;
      }
      VictimSearch.Result result = search.on(rejection.node());
      results.set(place, result);
      open--;
      if (result instanceof VictimSearch.Result.Found(Candidate candidate)
          && !candidate.victims().isEmpty()) {
        Prospect prospect = new Prospect(place, candidate, failure.random().nextLong());
        prospects.put(place, prospect);
        ranked.add(prospect);
      }
    }
  }

  private boolean isEnough(int enough) {
    return ranked.size() >= enough
        && !ranked.isEmpty()
        && ranked.first().candidate.violations() == 0;
  }

  /** The best of those that were found. */
  Optional<Candidate> best() {
    return ranked.isEmpty() ? Optional.empty() : Optional.of(ranked.first().candidate);
  }

  /** The best ones, at most so many. */
  List<Candidate> best(int most) {
    return ranked.stream().limit(most).map(Prospect::candidate).toList();
  }

  /** Why nothing helps on the nodes that were looked at, and on how many. */
  Map<Verdict.Rejected, Integer> reasons() {
    Map<Verdict.Rejected, Integer> reasons = new HashMap<>();
    for (VictimSearch.@Nullable Result result : results) {
      if (result instanceof VictimSearch.Result.None(Verdict.Rejected why)) {
        reasons.merge(why, 1, Integer::sum);
      }
    }
    return reasons;
  }
}
