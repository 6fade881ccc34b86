package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.PodView;
import java.util.Set;

/** A pod that names its node goes nowhere else. */
public final class NodeName implements FilterPlugin {
  private static final Verdict MISMATCH =
      new Verdict.Rejected("node(s) didn't match the requested node name", false);

  @Override
  public String name() {
    return "NodeName";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(ClusterEvent.NODE_ADDED);
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    if (pod.nodeName().isEmpty()) {
      return Prepared.SKIP;
    }
    return new Prepared.Check(node -> node.name().equals(pod.nodeName()) ? Verdict.FITS : MISMATCH);
  }
}
