package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Prefers the node where the pod leaves the least behind that pods of the cluster could not use,
 * after the fragmentation gradient descent of Weng et al. (USENIX ATC 2023), for processors, memory
 * and every extended resource. Off by default; of one thread.
 */
public final class NodeResourcesFragmentation implements ScorePlugin {
  /** The pods of the cluster are counted again after at least so many decisions. */
  private static final int DECISIONS_MIN = 64;

  private @Nullable PodMix mix;
  private int decisions;

  @Override
  public String name() {
    return "NodeResourcesFragmentation";
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    if (pod.requests().isNone()) {
      return Optional.empty();
    }
    PodMix now = mix;
    if (now == null || decisions++ % DECISIONS_MIN == 0) {
      now = PodMix.of(snapshot, pod);
      mix = now;
    }
    return Optional.of(new Scorer(now, PodMix.amounts(pod.requests(), now.resources())));
  }

  /** Raw scores are what becomes unusable, in billionths of the cluster. */
  private record Scorer(PodMix mix, long[] ask) implements NodeScorer {
    private static final double SCALE = 1e9;

    @Override
    public long score(NodeView node) {
      long[] free = PodMix.amounts(node.allocatable(), mix.resources());
      long[] used = PodMix.amounts(node.requested(), mix.resources());
      for (int r = 0; r < free.length; r++) {
        free[r] = Math.max(0, free[r] - used[r]);
      }
      double before = mix.unusable(free);
      for (int r = 0; r < free.length; r++) {
        free[r] = Math.max(0, free[r] - ask[r]);
      }
      return Math.round((mix.unusable(free) - before) * SCALE);
    }

    @Override
    public void normalize(long[] scores) {
      long min = Long.MAX_VALUE;
      long max = Long.MIN_VALUE;
      for (long score : scores) {
        min = Math.min(min, score);
        max = Math.max(max, score);
      }
      for (int i = 0; i < scores.length; i++) {
        scores[i] = max == min ? SCORE_MAX : (max - scores[i]) * SCORE_MAX / (max - min);
      }
    }
  }
}
