package dev.wherry.scheduler;

import dev.wherry.scheduler.view.PodView;

/** What the scheduler changes in the cluster. Calls block; they come from virtual threads. */
public interface ClusterWriter {

  /** The event that tells where a pod went. */
  void reportScheduled(PodView pod, String node);

  /**
   * The pod's condition {@code PodScheduled=False} and, unless it is only gated, an event.
   *
   * @param reason {@code Unschedulable}, {@code SchedulingGated} or {@code SchedulerError}
   */
  void reportPending(PodView pod, String reason, String message);

  /**
   * The same for a pod for which room is being made on the node of its nomination, which is written
   * with it.
   */
  void reportNominated(PodView pod, String message);

  /** The pod's {@code status.nominatedNodeName}; "" takes it away. */
  void nominate(PodView pod, String node);

  /**
   * Takes a victim away: its condition {@code DisruptionTarget}, its deletion and the event. One
   * that is gone already is no error.
   */
  void preempt(PodView preemptor, PodView victim, String node);
}
