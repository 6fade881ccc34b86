package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.framework.PostFilterPlugin.Trial;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;

/**
 * The fewest pods of one node that have to go: first all less important ones are thought away, then
 * one after the other is brought back as long as the pod still fits, those under a spent budget
 * before the others, the most important first.
 */
final class VictimSearch {
  private static final Verdict.Rejected NO_VICTIMS =
      new Verdict.Rejected("No preemption victims found for incoming pod", false);

  private final PodView pod;
  private final List<DisruptionBudget> budgets;
  private final Trial trial;

  VictimSearch(PodView pod, List<DisruptionBudget> budgets, Trial trial) {
    this.pod = pod;
    this.budgets = budgets;
    this.trial = trial;
  }

  /** What the search on a node ends with. */
  sealed interface Result {
    record Found(Candidate candidate) implements Result {}

    record None(Verdict.Rejected why) implements Result {}
  }

  Result on(NodeView node) {
    List<PodView> kept = new ArrayList<>();
    List<PodView> lesser = new ArrayList<>();
    for (PodView other : node.pods()) {
      (other.priority() < pod.priority() ? lesser : kept).add(other);
    }
    if (lesser.isEmpty()) {
      return new Result.None(NO_VICTIMS);
    }
    NodeView without = node.keeping(kept);
    if (trial.test(node, without) instanceof Verdict.Rejected rejected) {
      return new Result.None(rejected);
    }
    lesser.sort(Candidate.IMPORTANCE);
    return new Result.Found(reprieve(node, without, lesser));
  }

  private Candidate reprieve(NodeView node, NodeView without, List<PodView> lesser) {
    List<PodView> protectedOnes = new ArrayList<>();
    List<PodView> others = new ArrayList<>();
    split(lesser, protectedOnes, others);
    List<PodView> victims = new ArrayList<>();
    NodeView now = without;
    for (PodView other : protectedOnes) {
      now = keepOrTake(node, now, other, victims);
    }
    int violations = victims.size();
    for (PodView other : others) {
      now = keepOrTake(node, now, other, victims);
    }
    victims.sort(Candidate.IMPORTANCE);
    return new Candidate(node.name(), victims, violations);
  }

  private NodeView keepOrTake(NodeView node, NodeView now, PodView other, List<PodView> victims) {
    NodeView again = now.with(other);
    if (trial.test(node, again) instanceof Verdict.Rejected) {
      victims.add(other);
      return now;
    }
    return again;
  }

  /** A pod is protected when any budget that counts it would be overdrawn by it. */
  private void split(List<PodView> pods, List<PodView> protectedOnes, List<PodView> others) {
    int[] allowed = new int[budgets.size()];
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = budgets.get(i).allowed();
    }
    for (PodView other : pods) {
      boolean overdrawn = false;
      for (int i = 0; i < allowed.length; i++) {
        if (budgets.get(i).counts(other)) {
          overdrawn |= --allowed[i] < 0;
        }
      }
      (overdrawn ? protectedOnes : others).add(other);
    }
  }
}
