package dev.wherry.controllers.autoscaling;

import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.time.Duration;
import java.time.Instant;

/**
 * Smooths and limits what the metrics ask for (kube-controller-manager podautoscaler
 * normalizeDesiredReplicas). Pure.
 *
 * @param able why AbleToScale holds
 * @param limited whether ScalingLimited holds, and why
 * @param memory with what was asked for
 */
record Pace(int replicas, Reason able, boolean isLimited, Reason limited, Memory memory) {
  private static final int UP_FACTOR = 2;
  private static final int UP_AT_LEAST = 4;

  private static final Reason READY =
      new Reason("ReadyForNewScale", "recommended size matches current size");
  private static final Reason DOWN_STABILIZED =
      new Reason(
          "ScaleDownStabilized",
          "recent recommendations were higher than current one, applying the highest recent"
              + " recommendation");
  private static final Reason UP_STABILIZED =
      new Reason(
          "ScaleUpStabilized",
          "recent recommendations were lower than current one, applying the lowest recent"
              + " recommendation");
  private static final Reason IN_RANGE =
      new Reason("DesiredWithinRange", "the desired count is within the acceptable range");
  private static final Reason UP_LIMIT =
      new Reason(
          "ScaleUpLimit",
          "the desired replica count is increasing faster than the maximum scale rate");
  private static final Reason DOWN_LIMIT =
      new Reason(
          "ScaleDownLimit",
          "the desired replica count is decreasing faster than the maximum scale rate");
  private static final Reason TOO_MANY =
      new Reason(
          "TooManyReplicas", "the desired replica count is more than the maximum replica count");
  private static final Reason TOO_FEW =
      new Reason(
          "TooFewReplicas", "the desired replica count is less than the minimum replica count");

  /** A condition's reason and message. */
  record Reason(String word, String message) {}

  /** A limited number and why. */
  private record Limited(int replicas, Reason why) {}

  /**
   * @param current replicas that the scale asks for
   * @param desired what the metrics ask for
   * @param downStabilization of those that do not say
   */
  static Pace of(
      HorizontalPodAutoscaler autoscaler,
      int current,
      int desired,
      Memory memory,
      Duration downStabilization,
      Instant now) {
    int min = Bounds.of(autoscaler).min();
    int max = Bounds.of(autoscaler).max();
    HorizontalPodAutoscalerBehavior behavior = autoscaler.spec().behavior();
    if (behavior == null) {
      return plain(current, desired, min, max, memory, downStabilization, now);
    }
    ScalingRules up = ScalingRules.of(behavior.scaleUp(), ScalingRules.UP);
    ScalingRules down = ScalingRules.of(behavior.scaleDown(), ScalingRules.down(downStabilization));
    int stable = stabilized(up, down, current, desired, memory, now);
    Limited limited = limited(up, down, current, stable, min, max, memory, now);
    Duration kept =
        up.stabilization().compareTo(down.stabilization()) > 0
            ? up.stabilization()
            : down.stabilization();
    return new Pace(
        limited.replicas(),
        stable == desired ? READY : desired >= current ? UP_STABILIZED : DOWN_STABILIZED,
        limited.replicas() != stable,
        limited.why(),
        memory.wanting(desired, kept, now));
  }

  private static Pace plain(
      int current,
      int desired,
      int min,
      int max,
      Memory memory,
      Duration downStabilization,
      Instant now) {
    Instant cutoff = now.minus(downStabilization);
    int stable =
        memory.wanted().stream()
            .filter(entry -> !entry.at().isBefore(cutoff))
            .mapToInt(Memory.Entry::replicas)
            .reduce(desired, Math::max);
    int limit = Math.max(UP_FACTOR * current, UP_AT_LEAST);
    int most = Math.min(max, limit);
    Limited limited =
        stable < min
            ? new Limited(min, TOO_FEW)
            : stable > most
                ? new Limited(most, max > limit ? UP_LIMIT : TOO_MANY)
                : new Limited(stable, IN_RANGE);
    return new Pace(
        limited.replicas(),
        stable == desired ? READY : DOWN_STABILIZED,
        limited.replicas() != stable,
        limited.why(),
        memory.wanting(desired, downStabilization, now));
  }

  /** The present number, brought between the lowest and the highest recent recommendation. */
  private static int stabilized(
      ScalingRules up, ScalingRules down, int current, int desired, Memory memory, Instant now) {
    int lowest = desired;
    int highest = desired;
    for (Memory.Entry entry : memory.wanted()) {
      if (entry.at().isAfter(now.minus(up.stabilization()))) {
        lowest = Math.min(lowest, entry.replicas());
      }
      if (entry.at().isAfter(now.minus(down.stabilization()))) {
        highest = Math.max(highest, entry.replicas());
      }
    }
    return Math.min(Math.max(current, lowest), highest);
  }

  private static Limited limited(
      ScalingRules up,
      ScalingRules down,
      int current,
      int desired,
      int min,
      int max,
      Memory memory,
      Instant now) {
    if (desired > current) {
      int limit = up.upperLimit(current, memory, now);
      int most = Math.min(max, limit);
      return desired > most
          ? new Limited(most, max > limit ? UP_LIMIT : TOO_MANY)
          : new Limited(desired, IN_RANGE);
    }
    if (desired < current) {
      int limit = down.lowerLimit(current, memory, now);
      int fewest = Math.max(min, limit);
      return desired < fewest
          ? new Limited(fewest, min < limit ? DOWN_LIMIT : TOO_FEW)
          : new Limited(desired, IN_RANGE);
    }
    return new Limited(desired, IN_RANGE);
  }
}
