package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;

/** Ranks the nodes that passed. */
public interface ScorePlugin extends Plugin {
  /** The best score of one plugin before its weight. */
  long SCORE_MAX = 100;

  /**
   * @param feasible the nodes that passed all filters
   * @return empty when the pod gives this plugin nothing to rank by
   */
  Optional<NodeScorer> prepare(PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot);

  /** Scores one node. */
  interface NodeScorer {
    long score(NodeView node);

    /** Brings raw scores into 0 to {@link #SCORE_MAX}, in place. */
    default void normalize(long[] scores) {}
  }

  /** Scales so that the highest raw score is {@link #SCORE_MAX}; reversed, the lowest. */
  static void scaleToMax(long[] scores, boolean reversed) {
    long max = 0;
    for (long score : scores) {
      max = Math.max(max, score);
    }
    for (int i = 0; i < scores.length; i++) {
      long scaled = max == 0 ? 0 : scores[i] * SCORE_MAX / max;
      scores[i] = reversed ? SCORE_MAX - scaled : scaled;
    }
  }
}
