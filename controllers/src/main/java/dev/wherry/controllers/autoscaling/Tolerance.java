package dev.wherry.controllers.autoscaling;

import dev.wherry.model.Quantity;
import dev.wherry.model.autoscaling.v2.HPAScalingRules;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import org.jspecify.annotations.Nullable;

/**
 * How far a ratio of use to target may be from one without consequence (KEP-4951).
 *
 * @param down as a fraction of one
 */
record Tolerance(double down, double up) {
  private static final double USUAL = 0.1;
  static final Tolerance DEFAULT = new Tolerance(USUAL, USUAL);

  static Tolerance of(HorizontalPodAutoscaler autoscaler) {
    HorizontalPodAutoscalerBehavior behavior = autoscaler.spec().behavior();
    return behavior == null
        ? DEFAULT
        : new Tolerance(of(behavior.scaleDown()), of(behavior.scaleUp()));
  }

  private static double of(@Nullable HPAScalingRules rules) {
    Quantity own = rules == null ? null : rules.tolerance();
    return own == null ? USUAL : own.amount().doubleValue();
  }

  boolean holds(double ratio) {
    return 1.0 - down <= ratio && ratio <= 1.0 + up;
  }
}
