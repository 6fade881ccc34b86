package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;

/**
 * How full a node may look after the pod (kube-scheduler's NodeResourcesFitArgs.scoringStrategy).
 *
 * @param resources weights 1 to 100 by resource name
 * @param shape only read by {@code REQUESTED_TO_CAPACITY_RATIO}: points of utilisation 0-100 in
 *     rising order and scores 0-10
 */
public record ScoringStrategy(Type type, List<Weight> resources, List<Point> shape) {
  /** Of the default strategy: processor and memory count the same. */
  public static final List<Weight> CPU_AND_MEMORY =
      List.of(new Weight("cpu", 1), new Weight("memory", 1));

  /** Bin packing, the default of Wherry. */
  public static final ScoringStrategy MOST_ALLOCATED =
      new ScoringStrategy(Type.MOST_ALLOCATED, CPU_AND_MEMORY, List.of());

  private static final int SHAPE_SCORE_MAX = 10;

  /** The strategies of kube-scheduler. */
  public enum Type {
    MOST_ALLOCATED,
    LEAST_ALLOCATED,
    REQUESTED_TO_CAPACITY_RATIO
  }

  /** One resource's share of the score. */
  public record Weight(String resource, int weight) {}

  /** One corner of the shape. */
  public record Point(int utilization, int score) {}

  public ScoringStrategy {
    resources = List.copyOf(resources);
    shape = List.copyOf(shape);
  }

  long score(PodView pod, NodeView node) {
    long sum = 0;
    long weights = 0;
    for (int i = 0; i < resources.size(); i++) {
      Weight weight = resources.get(i);
      long has = node.allocatable().amount(weight.resource());
      long asked = pod.scored().amount(weight.resource());
      if (has == 0 || (asked == 0 && isExtended(weight.resource()))) {
        continue;
      }
      long used = node.scored().amount(weight.resource()) + asked;
      sum += weight.weight() * scoreOne(used, has);
      weights += weight.weight();
    }
    return weights == 0 ? 0 : sum / weights;
  }

  private static boolean isExtended(String resource) {
    return switch (resource) {
      case "cpu", "memory", "ephemeral-storage" -> false;
      default -> true;
    };
  }

  private long scoreOne(long used, long has) {
    return switch (type) {
      case MOST_ALLOCATED -> Math.min(used, has) * ScorePlugin.SCORE_MAX / has;
      case LEAST_ALLOCATED -> used > has ? 0 : (has - used) * ScorePlugin.SCORE_MAX / has;
      case REQUESTED_TO_CAPACITY_RATIO ->
          onShape(used > has ? ScorePlugin.SCORE_MAX : used * ScorePlugin.SCORE_MAX / has);
    };
  }

  private long onShape(long utilization) {
    Point before = shape.getFirst();
    for (Point point : shape) {
      if (utilization <= point.utilization()) {
        return between(before, point, utilization);
      }
      before = point;
    }
    return scaled(before.score());
  }

  private static long between(Point low, Point high, long utilization) {
    if (high.utilization() == low.utilization()) {
      return scaled(high.score());
    }
    long rise = scaled(high.score()) - scaled(low.score());
    return scaled(low.score())
        + rise * (utilization - low.utilization()) / (high.utilization() - low.utilization());
  }

  private static long scaled(int score) {
    return score * (ScorePlugin.SCORE_MAX / SHAPE_SCORE_MAX);
  }
}
