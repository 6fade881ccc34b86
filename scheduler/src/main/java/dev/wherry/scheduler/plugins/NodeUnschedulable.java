package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Taint;
import java.util.Set;

/** Cordoned nodes take only pods that tolerate it. */
public final class NodeUnschedulable implements FilterPlugin {
  private static final Taint CORDONED = new Taint(Taint.UNSCHEDULABLE_KEY, "", Taint.NO_SCHEDULE);
  private static final Verdict REJECTED = new Verdict.Rejected("node(s) were unschedulable", false);

  @Override
  public String name() {
    return "NodeUnschedulable";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(ClusterEvent.NODE_ADDED, ClusterEvent.NODE_TAINTS, ClusterEvent.POD_CHANGED);
  }

  @Override
  public String remedy(PodView pod, NodeView node) {
    return "uncordon the node";
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    boolean tolerated = pod.tolerations().stream().anyMatch(t -> t.tolerates(CORDONED));
    return tolerated
        ? Prepared.SKIP
        : new Prepared.Check(node -> node.unschedulable() ? REJECTED : Verdict.FITS);
  }
}
