package dev.wherry.kubelet.pod;

import dev.wherry.model.core.v1.PodCondition;
import java.time.Duration;
import java.util.Optional;

/**
 * That the node ends a pod for good.
 *
 * @param reason the pod's status reason and its event's
 * @param message the pod's status message and the text of its event
 * @param grace how long its containers get
 * @param disruption whether the node is the cause and not the pod's own limit
 */
public record PodEviction(String reason, String message, Duration grace, boolean disruption) {
  /** The reason where the node runs short. */
  public static final String REASON = "Evicted";

  /** The type of the condition that says so before the pod has ended. */
  public static final String CONDITION = "DisruptionTarget";

  /** That condition's reason where the node is the cause. */
  public static final String CONDITION_REASON = "TerminationByKubelet";

  /** What a kubelet before this one began and did not finish. */
  static Optional<PodEviction> begun(PodView pod) {
    return pod.status().conditions().stream()
        .filter(c -> c.type().equals(CONDITION) && c.reason().equals(CONDITION_REASON))
        .map(PodCondition::message)
        .map(message -> new PodEviction(REASON, message, Duration.ZERO, true))
        .findFirst();
  }
}
