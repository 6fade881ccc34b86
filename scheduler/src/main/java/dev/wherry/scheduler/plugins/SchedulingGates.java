package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.PodView;
import java.util.Set;

/** Pods with {@code spec.schedulingGates} wait until the last one is removed (KEP-3521). */
public final class SchedulingGates implements PreEnqueuePlugin {
  @Override
  public String name() {
    return "SchedulingGates";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(ClusterEvent.POD_CHANGED);
  }

  @Override
  public Verdict admit(PodView pod, ClusterSnapshot snapshot) {
    return pod.schedulingGates().isEmpty()
        ? Verdict.FITS
        : new Verdict.Rejected(
            "waiting for scheduling gates: [" + String.join(" ", pod.schedulingGates()) + "]",
            false);
  }
}
