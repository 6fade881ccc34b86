package dev.wherry.controllers.workload;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.PodConditions;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.pod.PodPhases;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What controllers ask of a pod (kubernetes pkg/api/v1/pod and controller_utils). */
public final class PodFacts {
  private PodFacts() {}

  /** Its containers have ended for good. */
  public static boolean isFinished(Pod pod) {
    String phase = pod.status().phase();
    return PodPhases.isFinished(phase);
  }

  public static boolean isDeleted(Pod pod) {
    return pod.metadata().deletionTimestamp() != null;
  }

  /** It counts as a replica. */
  public static boolean isActive(Pod pod) {
    return !isFinished(pod) && !isDeleted(pod);
  }

  /** It is on its way out and its containers may still run. */
  public static boolean isTerminating(Pod pod) {
    return isDeleted(pod) && !isFinished(pod);
  }

  public static boolean isReady(Pod pod) {
    return PodConditions.isTrue(pod, PodConditions.READY);
  }

  /** Since when it is ready; empty while it is not. */
  public static Optional<Instant> readySince(Pod pod) {
    return PodConditions.find(pod, PodConditions.READY)
        .filter(c -> c.status().equals("True"))
        .map(PodCondition::lastTransitionTime);
  }

  public static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
    return isReady(pod)
        && (minReadySeconds == 0
            || availableIn(pod, minReadySeconds, now).map(d -> !d.isPositive()).orElse(false));
  }

  /** How long a ready pod must stay so to be available; empty when it is not ready. */
  public static Optional<Duration> availableIn(Pod pod, int minReadySeconds, Instant now) {
    return readySince(pod)
        .map(since -> Duration.between(now, since.plusSeconds(minReadySeconds)))
        .map(left -> left.isNegative() ? Duration.ZERO : left);
  }

  /** The most restarts any of its containers had; sidecars count. */
  public static int restarts(Pod pod) {
    int most = 0;
    for (ContainerStatus status : pod.status().containerStatuses()) {
      most = Math.max(most, requireNonNullElse(status.restartCount(), 0));
    }
    return most;
  }

  public static Instant created(Pod pod) {
    return requireNonNullElse(pod.metadata().creationTimestamp(), Instant.EPOCH);
  }
}
