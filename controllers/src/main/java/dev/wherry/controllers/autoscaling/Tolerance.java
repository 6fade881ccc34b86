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
  /**
   * @param usual of those that do not say
   */
  static Tolerance of(HorizontalPodAutoscaler autoscaler, double usual) {
    HorizontalPodAutoscalerBehavior behavior = autoscaler.spec().behavior();
    return behavior == null
        ? new Tolerance(usual, usual)
        : new Tolerance(of(behavior.scaleDown(), usual), of(behavior.scaleUp(), usual));
  }

  private static double of(@Nullable HPAScalingRules rules, double usual) {
    Quantity own = rules == null ? null : rules.tolerance();
    return own == null ? usual : own.amount().doubleValue();
  }

  boolean holds(double ratio) {
    return 1.0 - down <= ratio && ratio <= 1.0 + up;
  }
}
