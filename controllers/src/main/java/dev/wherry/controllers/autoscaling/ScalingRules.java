package dev.wherry.controllers.autoscaling;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.autoscaling.v2.HPAScalingPolicy;
import dev.wherry.model.autoscaling.v2.HPAScalingRules;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast replicas may follow in one direction (KEP-853). Pure.
 *
 * @param stabilization how long earlier recommendations hold it back
 */
record ScalingRules(Duration stabilization, Choice choice, List<Policy> policies) {
  private static final double PERCENT = 100;
  private static final Duration PERIOD = Duration.ofSeconds(15);

  static final ScalingRules UP =
      new ScalingRules(
          Duration.ZERO,
          Choice.MAX,
          List.of(new Policy(false, 4, PERIOD), new Policy(true, (int) PERCENT, PERIOD)));

  /** Which of several policies counts. */
  enum Choice {
    MAX,
    MIN,
    DISABLED
  }

  /**
   * A limit of change within a period.
   *
   * @param percent whether the value is per cent of the replicas at the period's beginning
   */
  record Policy(boolean percent, int value, Duration period) {}

  ScalingRules {
    policies = List.copyOf(policies);
  }

  /** Without rules of its own, going down waits for so long. */
  static ScalingRules down(Duration stabilization) {
    return new ScalingRules(
        stabilization, Choice.MAX, List.of(new Policy(true, (int) PERCENT, PERIOD)));
  }

  static ScalingRules of(@Nullable HPAScalingRules rules, ScalingRules usual) {
    if (rules == null) {
      return usual;
    }
    Integer seconds = rules.stabilizationWindowSeconds();
    return new ScalingRules(
        seconds == null ? usual.stabilization() : Duration.ofSeconds(seconds),
        switch (rules.selectPolicy()) {
          case "Disabled" -> Choice.DISABLED;
          case "Min" -> Choice.MIN;
          default -> Choice.MAX;
        },
        rules.policies().isEmpty()
            ? usual.policies()
            : rules.policies().stream().map(ScalingRules::policy).toList());
  }

  private static Policy policy(HPAScalingPolicy policy) {
    return new Policy(
        policy.type().equals("Percent"),
        requireNonNullElse(policy.value(), 0),
        Duration.ofSeconds(requireNonNullElse(policy.periodSeconds(), 0)));
  }

  /** How long changes are of use to the policies. */
  Duration longestPeriod() {
    return policies.stream().map(Policy::period).max(Duration::compareTo).orElse(Duration.ZERO);
  }

  /** The most replicas there may be now. */
  int upperLimit(int current, Memory memory, Instant now) {
    if (choice == Choice.DISABLED) {
      return current;
    }
    int limit = choice == Choice.MIN ? Integer.MAX_VALUE : 0;
    for (Policy policy : policies) {
      int added = Memory.sum(memory.grown(), policy.period(), now);
      int removed = Memory.sum(memory.shrunk(), policy.period(), now);
      int start = current - added + removed;
      int proposed =
          policy.percent()
              // Rounded up, since a change that changes nothing would never end.
              ? (int) Math.ceil(start * (1 + policy.value() / PERCENT))
              : start + policy.value();
      limit = choice == Choice.MIN ? Math.min(limit, proposed) : Math.max(limit, proposed);
    }
    return Math.max(limit, current);
  }

  /** The fewest replicas there may be now. */
  int lowerLimit(int current, Memory memory, Instant now) {
    if (choice == Choice.DISABLED) {
      return current;
    }
    int limit = choice == Choice.MIN ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    for (Policy policy : policies) {
      int added = Memory.sum(memory.grown(), policy.period(), now);
      int removed = Memory.sum(memory.shrunk(), policy.period(), now);
      int start = current - added + removed;
      int proposed =
          policy.percent()
              ? (int) (start * (1 - policy.value() / PERCENT))
              : start - policy.value();
      limit = choice == Choice.MIN ? Math.max(limit, proposed) : Math.min(limit, proposed);
    }
    return Math.min(limit, current);
  }
}
