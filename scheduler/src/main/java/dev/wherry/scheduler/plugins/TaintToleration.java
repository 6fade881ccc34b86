package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Taint;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Taints keep pods away; PreferNoSchedule only ranks. */
public final class TaintToleration implements FilterPlugin, ScorePlugin {
  private static final Verdict REJECTED =
      new Verdict.Rejected("node(s) had untolerated taint(s)", false);

  @Override
  public String name() {
    return "TaintToleration";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(ClusterEvent.NODE_ADDED, ClusterEvent.NODE_TAINTS, ClusterEvent.POD_CHANGED);
  }

  @Override
  public FilterPlugin.Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    return new Prepared.Check(node -> untoleratedHard(pod, node) ? REJECTED : Verdict.FITS);
  }

  private static boolean untoleratedHard(PodView pod, NodeView node) {
    List<Taint> taints = node.taints();
    for (int i = 0; i < taints.size(); i++) {
      Taint taint = taints.get(i);
      if (!taint.effect().equals(Taint.PREFER_NO_SCHEDULE) && !tolerated(pod, taint)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String remedy(PodView pod, NodeView node) {
    return node.taints().stream()
        .filter(taint -> !taint.effect().equals(Taint.PREFER_NO_SCHEDULE))
        .filter(taint -> !tolerated(pod, taint))
        .map(taint -> "tolerate " + text(taint))
        .collect(Collectors.joining(", "));
  }

  private static String text(Taint taint) {
    String value = taint.value().isEmpty() ? "" : "=" + taint.value();
    return taint.key() + value + ":" + taint.effect();
  }

  private static boolean tolerated(PodView pod, Taint taint) {
    return pod.tolerations().stream().anyMatch(t -> t.tolerates(taint));
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    for (NodeView node : feasible) {
      if (!node.taints().isEmpty()) {
        return Optional.of(new FewerSoftTaints(pod));
      }
    }
    return Optional.empty();
  }

  private record FewerSoftTaints(PodView pod) implements NodeScorer {
    @Override
    public long score(NodeView node) {
      return node.taints().stream()
          .filter(t -> t.effect().equals(Taint.PREFER_NO_SCHEDULE) && !tolerated(pod, t))
          .count();
    }

    @Override
    public void normalize(long[] scores) {
      ScorePlugin.scaleToMax(scores, true);
    }
  }
}
