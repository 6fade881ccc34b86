package dev.wherry.scheduler.framework;

import java.util.Set;

/** A named part of a profile. */
public interface Plugin {
  /** The name by which kube-scheduler's configuration calls it. */
  String name();

  /** Which events are worth another try for a pod that this plugin rejected. */
  default Set<ClusterEvent> requeueOn() {
    return Set.of();
  }
}
