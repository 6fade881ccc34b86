package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;

/** Prefers nodes whose resources end up used in the same proportion. */
public final class NodeResourcesBalancedAllocation implements ScorePlugin {
  private final List<ScoringStrategy.Weight> resources;

  public NodeResourcesBalancedAllocation(List<ScoringStrategy.Weight> resources) {
    this.resources = List.copyOf(resources);
  }

  @Override
  public String name() {
    return "NodeResourcesBalancedAllocation";
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    return pod.requests().isNone() ? Optional.empty() : Optional.of(node -> balance(pod, node));
  }

  private long balance(PodView pod, NodeView node) {
    double[] fractions = new double[resources.size()];
    int count = 0;
    double sum = 0;
    for (ScoringStrategy.Weight weight : resources) {
      long has = node.allocatable().amount(weight.resource());
      if (has == 0) {
        continue;
      }
      double used =
          node.requested().amount(weight.resource()) + pod.requests().amount(weight.resource());
      fractions[count] = Math.min(1, used / has);
      sum += fractions[count++];
    }
    return (long) ((1 - deviation(fractions, count, sum)) * SCORE_MAX);
  }

  private static double deviation(double[] fractions, int count, double sum) {
    if (count < 2) {
      return 0;
    }
    double mean = sum / count;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      squares += (fractions[i] - mean) * (fractions[i] - mean);
    }
    return Math.sqrt(squares / count);
  }
}
