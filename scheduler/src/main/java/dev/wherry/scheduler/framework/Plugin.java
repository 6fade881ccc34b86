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
   * @param waiting the pod that this plugin rejected
   */
  default boolean mayHelp(PodView waiting, PodEvent event) {
    return true;
  }
}
