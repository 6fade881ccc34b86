package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.decision.FitMessage;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodShape;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the node where the least has to go for a pod that fits nowhere. It decides only: the
 * scheduler nominates the pod and takes the victims away. What it remembers of the last kind of pod
 * belongs to the loop that asks it.
 */
public final class DefaultPreemption implements PostFilterPlugin {
  /** Upstream's minCandidateNodesPercentage. */
  public static final int CANDIDATES_PERCENT = 10;

  /** Upstream's minCandidateNodesAbsolute. */
  public static final int CANDIDATES_MIN = 100;

  private static final Verdict.Rejected NO_HELP =
      new Verdict.Rejected("Preemption is not helpful for scheduling", false);

  private final int candidatesPercent;
  private final int candidatesMin;
  private final ExtenderVictims extenders;
  private @Nullable Asked asked;
  private Prospects prospects = new Prospects();

  /** What the victims of a node depend on beside the node. */
  private record Asked(PodShape shape, int priority, List<DisruptionBudget> budgets) {}

  /**
   * @param candidatesPercent of the nodes where eviction may help, 0 to 100, at least {@code
   *     candidatesMin}: with so many candidates the search ends
   */
  public DefaultPreemption(int candidatesPercent, int candidatesMin) {
    this(candidatesPercent, candidatesMin, List.of());
  }

  /**
   * As the other.
   *
   * @param extenders who are asked about the candidates
   */
  public DefaultPreemption(int candidatesPercent, int candidatesMin, List<Extender> extenders) {
    this.candidatesPercent = candidatesPercent;
    this.candidatesMin = candidatesMin;
    this.extenders = new ExtenderVictims(extenders);
  }

  @Override
  public String name() {
    return "DefaultPreemption";
  }

  @Override
  public Room makeRoom(Failure failure) {
    Optional<String> barred = bar(failure);
    if (barred.isPresent()) {
      return new Room.None("preemption: " + barred.get(), false);
    }
    Prospects found = find(failure);
    Optional<Candidate> best;
    try {
      best = choose(failure, found);
    } catch (ExtenderException e) {
      return new Room.None("preemption: " + e.getMessage(), false);
    }
    return best.isEmpty()
        ? new Room.None("preemption: " + explain(failure.snapshot(), found.reasons()), true)
        : new Room.Preempt(best.get().node(), best.get().victims());
  }

  /** Extenders strike out some of the shortlist that upstream would make. */
  private Optional<Candidate> choose(Failure failure, Prospects found) {
    if (extenders.isEmpty()) {
      return found.best();
    }
    return extenders.agreed(failure.pod(), found.best(enough(failure)), failure.snapshot()).stream()
        .min(Candidate.ORDER);
  }

  /** Why the pod must not preempt at all. */
  private static Optional<String> bar(Failure failure) {
    PodView pod = failure.pod();
    if (!pod.standing().mayPreempt()) {
      return Optional.of("not eligible due to preemptionPolicy=Never.");
    }
    String nominated = pod.standing().nominatedNode();
    if (nominated.isEmpty() || !evictionMayHelp(failure, nominated)) {
      return Optional.empty();
    }
    Optional<NodeView> node = failure.snapshot().node(nominated);
    boolean waits =
        node.isPresent()
            && node.get().pods().stream()
                .anyMatch(other ->
                    other.priority() < pod.priority()
                        && other.deleting()
                        && other.standing().preempted());
    return waits
        ? Optional.of("not eligible due to a terminating pod on the nominated node.")
        : Optional.empty();
  }

  private static boolean evictionMayHelp(Failure failure, String node) {
    return failure.rejections().of(node).filter(Verdict.Rejected::evictionMayHelp).isPresent();
  }

  private Prospects find(Failure failure) {
    Prospects all = failure.looksAtOneNode() ? prospects(failure) : new Prospects();
    all.follow(failure.rejections());
    VictimSearch search =
        new VictimSearch(failure.pod(), failure.snapshot().around().budgets(), failure.trial());
    all.find(failure, enough(failure), search);
    return all;
  }

  private int enough(Failure failure) {
    int promising = failure.rejections().tally().evictable();
    return Math.max(candidatesMin, promising * candidatesPercent / 100);
  }

  /** Known for as long as what is asked does not change. */
  private Prospects prospects(Failure failure) {
    PodView pod = failure.pod();
    Asked now = new Asked(PodShape.of(pod), pod.priority(), failure.snapshot().around().budgets());
    if (!now.equals(asked)) {
      asked = now;
      prospects = new Prospects();
    }
    return prospects;
  }

  private static String explain(ClusterSnapshot snapshot, Map<Verdict.Rejected, Integer> reasons) {
    int said = reasons.values().stream().mapToInt(Integer::intValue).sum();
    if (said < snapshot.size()) {
      reasons.merge(NO_HELP, snapshot.size() - said, Integer::sum);
    }
    return FitMessage.of(snapshot.size(), reasons);
  }
}
