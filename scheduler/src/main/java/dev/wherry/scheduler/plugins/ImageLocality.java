package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Prefers nodes that have the pod's images already; an image counts by its size and by how many
 * nodes have it, so that not all pods run after the first node that pulled it.
 */
public final class ImageLocality implements ScorePlugin {
  private static final long MIB = 1 << 20;

  /** Less than this is as good as nothing. */
  private static final long SUM_MIN_BYTES = 23 * MIB;

  /** More than this for each container counts no more. */
  private static final long CONTAINER_MAX_BYTES = 1_000 * MIB;

  @Override
  public String name() {
    return "ImageLocality";
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    Map<String, Double> shares = new HashMap<>();
    for (String image : pod.images()) {
      int nodes = snapshot.counts().nodesWithImage(image);
      if (nodes > 0) {
        shares.merge(image, (double) nodes / snapshot.size(), Double::sum);
      }
    }
    long max = CONTAINER_MAX_BYTES * pod.images().size();
    return shares.isEmpty() ? Optional.empty() : Optional.of(node -> score(node, shares, max));
  }

  private static long score(NodeView node, Map<String, Double> shares, long max) {
    long sum = 0;
    for (Map.Entry<String, Double> share : shares.entrySet()) {
      Long bytes = node.imageBytes().get(share.getKey());
      if (bytes != null) {
        sum += (long) (bytes * share.getValue());
      }
    }
    long bounded = Math.clamp(sum, SUM_MIN_BYTES, max);
    return SCORE_MAX * (bounded - SUM_MIN_BYTES) / (max - SUM_MIN_BYTES);
  }
}
