package dev.wherry.apiserver;

import java.time.Duration;

/**
 * What an administrator has a say in, as flags of kube-apiserver.
 *
 * @param eventsKept how long after their last write; zero for ever
 * @param notReadySeconds so long pods that say nothing of it stay on a node that is not ready
 * @param unreachableSeconds the same on one that is unreachable
 */
public record ApiChoices(Duration eventsKept, long notReadySeconds, long unreachableSeconds) {
  /** Upstream's. */
  public static final ApiChoices DEFAULT = new ApiChoices(Duration.ofHours(1), 300, 300);

  /**
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  public ApiChoices {
    if (eventsKept.isNegative()) {
      throw new IllegalArgumentException("--event-ttl must not be negative; 0 is for ever");
    }
    if (notReadySeconds < 0 || unreachableSeconds < 0) {
      throw new IllegalArgumentException(
          "--default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds"
              + " must not be negative");
    }
  }
}
