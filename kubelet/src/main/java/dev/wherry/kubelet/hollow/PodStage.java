package dev.wherry.kubelet.hollow;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.pod.PodPhases;
import java.time.Duration;
import java.time.Instant;

/**
 * What a pod on a hollow node needs next (kwok's stages pod-ready, pod-complete and pod-delete, and
 * the kubelet's rule that a pod ends before it goes). Pure.
 */
sealed interface PodStage {
  /** Nothing until it changes. */
  record Rest() implements PodStage {}

  /** Nothing before this time has passed. */
  record Wait(Duration left) implements PodStage {}

  /** Its containers run and are ready. */
  record Run() implements PodStage {}

  /** Its work is done: its containers ended by themselves. */
  record Succeed() implements PodStage {}

  /** Its containers were ended, while somebody still wants to see the pod. */
  record Fail() implements PodStage {}

  /** It may go. */
  record Remove() implements PodStage {}

  /**
   * @param jobTime how long pods of Jobs run
   */
  static PodStage next(Pod pod, Duration jobTime, Instant now) {
    boolean ended = PodPhases.isFinished(pod.status().phase());
    boolean held = !pod.metadata().finalizers().isEmpty();
    if (pod.metadata().deletionTimestamp() != null) {
      Long grace = pod.metadata().deletionGracePeriodSeconds();
      boolean letGo = grace != null && grace == 0;
      return held && !ended ? new Fail() : held && letGo ? new Rest() : new Remove();
    }
    if (ended) {
      return new Rest();
    }
    if (pod.status().podIP().isEmpty()) {
      return new Run();
    }
    boolean ofJob =
        pod.metadata().ownerReferences().stream().anyMatch(owner -> owner.kind().equals("Job"));
    return ofJob ? job(pod, jobTime, now) : new Rest();
  }

  private static PodStage job(Pod pod, Duration jobTime, Instant now) {
    Instant started = pod.status().startTime();
    Duration left = started == null ? Duration.ZERO : Duration.between(now, started.plus(jobTime));
    return left.isPositive() ? new Wait(left) : new Succeed();
  }
}
