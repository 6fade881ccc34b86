package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PermitPlugin;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.QueueSortPlugin;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.ScorePlugin;
import java.util.List;

/**
 * The plugins for the pods of one {@code spec.schedulerName}.
 *
 * @param percentageOfNodesToScore 0 means adaptive, as upstream: 50 % less one per 125 nodes, at
 *     least 5 %
 * @param extenders asked after the plugins
 */
public record Profile(
    String schedulerName,
    int percentageOfNodesToScore,
    QueueSortPlugin queueSort,
    List<PreEnqueuePlugin> preEnqueue,
    List<FilterPlugin> filters,
    List<PostFilterPlugin> postFilters,
    List<Weighted> scores,
    List<ReservePlugin> reserves,
    List<PermitPlugin> permits,
    BindPlugin binder,
    List<Extender> extenders) {
  public Profile {
    extenders = List.copyOf(extenders);
    preEnqueue = List.copyOf(preEnqueue);
    filters = List.copyOf(filters);
    postFilters = List.copyOf(postFilters);
    scores = List.copyOf(scores);
    reserves = List.copyOf(reserves);
    permits = List.copyOf(permits);
  }

  /** The same for trying things out: nobody is preempted, and nobody outside is asked. */
  public Profile forTrial() {
    return new Profile(
        schedulerName,
        percentageOfNodesToScore,
        queueSort,
        preEnqueue,
        filters,
        List.of(),
        scores,
        reserves,
        List.of(),
        binder,
        List.of());
  }

  /** A score plugin and its weight, 1 to 100. */
  public record Weighted(ScorePlugin plugin, int weight) {}
}
