package dev.wherry.controllers;

import java.time.Duration;

/**
 * How HorizontalPodAutoscalers look and judge, where they do not say so themselves.
 *
 * @param period from one look to the next
 * @param downStabilization so long no fewer replicas than were recommended since
 * @param tolerance how far use and target may differ without consequence, as a fraction of one
 * @param cpuInitialization a starting pod's CPU is not looked at for so long unless it is ready
 * @param initialReadinessDelay a pod that got unready within so long of its start counts as one
 *     that never was ready
 */
public record AutoscalerPace(
    Duration period,
    Duration downStabilization,
    double tolerance,
    Duration cpuInitialization,
    Duration initialReadinessDelay) {
  /** As kube-controller-manager's. */
  public static final AutoscalerPace DEFAULT =
      new AutoscalerPace(
          Duration.ofSeconds(15),
          Duration.ofMinutes(5),
          0.1,
          Duration.ofMinutes(5),
          Duration.ofSeconds(30));

  private static final String FLAG = "--horizontal-pod-autoscaler-";

  /**
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  public AutoscalerPace {
    if (!period.isPositive()) {
      throw new IllegalArgumentException(FLAG + "sync-period must be more than nothing");
    }
    notNegative("downscale-stabilization", downStabilization);
    notNegative("cpu-initialization-period", cpuInitialization);
    notNegative("initial-readiness-delay", initialReadinessDelay);
    if (!(tolerance >= 0 && tolerance <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(FLAG + "tolerance must be a number and not negative");
    }
  }

  private static void notNegative(String flag, Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(FLAG + flag + " must not be negative");
    }
  }
}
