package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.decision.FitMessage;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.Rejections;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PlaceMemo;
import dev.wherry.scheduler.view.PodShape;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Surroundings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  private PlaceMemo<VictimSearch.Result> memo = new PlaceMemo<>();

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
    List<Verdict.Rejected> reasons = new ArrayList<>();
    List<Candidate> candidates;
    try {
      candidates =
          extenders.agreed(failure.pod(), candidates(failure, reasons), failure.snapshot());
    } catch (ExtenderException e) {
      return new Room.None("preemption: " + e.getMessage(), false);
    }
    if (candidates.isEmpty()) {
      return new Room.None("preemption: " + explain(failure.snapshot(), reasons), true);
    }
    Candidate best = Collections.min(candidates, Candidate.ORDER);
    return new Room.Preempt(best.node(), best.victims());
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

  private List<Candidate> candidates(Failure failure, List<Verdict.Rejected> reasons) {
    Rejections rejections = failure.rejections();
    int promising = 0;
    for (int i = 0; i < rejections.size(); i++) {
      promising += rejections.why(i).evictionMayHelp() ? 1 : 0;
    }
    if (promising == 0) {
      return List.of();
    }
    int enough = Math.max(candidatesMin, promising * candidatesPercent / 100);
    int start = failure.random().nextInt(rejections.size());
    PlaceMemo<VictimSearch.Result> known = memo(failure);
    List<Candidate> candidates = new ArrayList<>();
    boolean harmless = false;
    for (int i = 0; i < rejections.size() && !(harmless && candidates.size() >= enough); i++) {
      int rejection = (start + i) % rejections.size();
      if (!rejections.why(rejection).evictionMayHelp()) {
        continue;
      }
      switch (victims(failure, known, rejection)) {
        case VictimSearch.Result.Found(Candidate candidate) -> {
          if (!candidate.victims().isEmpty()) {
            candidates.add(candidate);
            harmless |= candidate.violations() == 0;
          }
        }
        case VictimSearch.Result.None(Verdict.Rejected why) -> reasons.add(why);
      }
    }
    return candidates;
  }

  /** Looked for once for as long as neither the node nor what is asked changes. */
  private static VictimSearch.Result victims(
      Failure failure, PlaceMemo<VictimSearch.Result> memo, int rejection) {
    NodeView node = failure.rejections().node(rejection);
    int place = failure.rejections().place(rejection);
    Surroundings around = failure.snapshot().around();
    boolean keeps =
        failure.looksAtOneNode()
            && around.nominations().before(failure.pod(), node.name()).isEmpty();
    VictimSearch.Result known = keeps ? memo.get(place, node) : null;
    if (known == null) {
      known = new VictimSearch(failure.pod(), around.budgets(), failure.trial()).on(node);
      if (keeps) {
        memo.put(place, node, known);
      }
    }
    return known;
  }

  private PlaceMemo<VictimSearch.Result> memo(Failure failure) {
    PodView pod = failure.pod();
    Asked now = new Asked(PodShape.of(pod), pod.priority(), failure.snapshot().around().budgets());
    if (!now.equals(asked)) {
      asked = now;
      memo = new PlaceMemo<>();
    }
    return memo;
  }

  private static String explain(ClusterSnapshot snapshot, List<Verdict.Rejected> reasons) {
    List<Verdict.Rejected> all = new ArrayList<>(reasons);
    while (all.size() < snapshot.size()) {
      all.add(NO_HELP);
    }
    return FitMessage.of(snapshot.size(), all);
  }
}
