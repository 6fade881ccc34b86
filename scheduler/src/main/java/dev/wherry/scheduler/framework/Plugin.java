package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.PodView;
import java.util.Set;

/** A named part of a profile. */
public interface Plugin {
  /** The name by which kube-scheduler's configuration calls it. */
  String name();

  /** Which events are worth another try for a pod that this plugin rejected. */
  default Set<ClusterEvent> requeueOn() {
    return Set.of();
  }

  /**
   * Whether such an event about one placed pod is worth another try; said in doubt.
   *
   * @param waiting one of the pods that this plugin rejected; of its key only the namespace may be
   *     read, of its standing only whether it may preempt and whether it is nominated, but where it
   *     is among the event's nominated pods (queue.Parked asks once for all that are alike)
   */
  default boolean mayHelp(PodView waiting, PodEvent event) {
    return true;
  }
}
