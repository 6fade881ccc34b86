package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.decision.FitMessage;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the node where the least has to go for a pod that fits nowhere. It decides only: the
 * scheduler nominates the pod and takes the victims away.
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

  /**
   * @param candidatesPercent of the nodes where eviction may help, 0 to 100, at least {@code
   *     candidatesMin}: with so many candidates the search ends
   */
  public DefaultPreemption(int candidatesPercent, int candidatesMin) {
    this.candidatesPercent = candidatesPercent;
    this.candidatesMin = candidatesMin;
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
    Map<String, Verdict.Rejected> reasons = new LinkedHashMap<>();
    List<Candidate> candidates = candidates(failure, reasons);
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
    Verdict.Rejected rejected = failure.rejections().get(node);
    return rejected != null && rejected.evictionMayHelp();
  }

  private List<Candidate> candidates(Failure failure, Map<String, Verdict.Rejected> reasons) {
    List<NodeView> nodes = new ArrayList<>();
    ClusterSnapshot snapshot = failure.snapshot();
    for (Map.Entry<String, Verdict.Rejected> entry : failure.rejections().entrySet()) {
      if (entry.getValue().evictionMayHelp()) {
        snapshot.node(entry.getKey()).ifPresent(nodes::add);
      }
    }
    if (nodes.isEmpty()) {
      return List.of();
    }
    VictimSearch search =
        new VictimSearch(failure.pod(), snapshot.around().budgets(), failure.trial());
    int enough =
        Math.min(nodes.size(), Math.max(candidatesMin, nodes.size() * candidatesPercent / 100));
    int start = failure.random().nextInt(nodes.size());
    List<Candidate> candidates = new ArrayList<>();
    boolean harmless = false;
    for (int i = 0; i < nodes.size() && !(harmless && candidates.size() >= enough); i++) {
      NodeView node = nodes.get((start + i) % nodes.size());
      switch (search.on(node)) {
        case VictimSearch.Result.Found(Candidate candidate) -> {
          if (!candidate.victims().isEmpty()) {
            candidates.add(candidate);
            harmless |= candidate.violations() == 0;
          }
        }
        case VictimSearch.Result.None(Verdict.Rejected why) -> reasons.put(node.name(), why);
      }
    }
    return candidates;
  }

  private static String explain(ClusterSnapshot snapshot, Map<String, Verdict.Rejected> reasons) {
    List<Verdict.Rejected> all = new ArrayList<>(reasons.values());
    while (all.size() < snapshot.size()) {
      all.add(NO_HELP);
    }
    return FitMessage.of(snapshot.size(), all);
  }
}
