package dev.wherry.controllers.disruption;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.Condition;
import dev.wherry.model.policy.v1.PodDisruptionBudget;
import dev.wherry.model.policy.v1.PodDisruptionBudgetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A budget's status from its pods. Pure.
 *
 * @param status the budget with its new status
 * @param overdue pods that were to be evicted and are still there
 * @param again when an eviction under way has to be given up; zero when none is
 */
record BudgetPlan(PodDisruptionBudget status, List<Pod> overdue, Duration again) {
  /** So long an evicted pod may take until its deletion is seen (DeletionTimeout upstream). */
  static final Duration DELETION_MAX = Duration.ofMinutes(2);

  private static final String ALLOWED = "DisruptionAllowed";

  /** Whether the controllers' numbers are needed, or the pods themselves say it all. */
  static boolean needsScale(PodDisruptionBudget budget) {
    return budget.spec().maxUnavailable() != null
        || budget.spec().minAvailable() instanceof IntOrString.Text;
  }

  /**
   * Decides.
   *
   * @param scale what the controllers of the pods want together; used when {@link #needsScale}
   */
  static BudgetPlan of(PodDisruptionBudget budget, List<Pod> pods, int scale, Instant now) {
    int expected = needsScale(budget) ? scale : pods.size();
    int desired = desired(budget, expected);
    Map<String, Instant> evicting = new TreeMap<>();
    List<Pod> overdue = new ArrayList<>();
    Instant next = Instant.MAX;
    Map<String, Instant> before = budget.status().disruptedPods();
    int healthy = 0;
    for (Pod pod : pods) {
      Instant since = before.get(pod.metadata().name());
      if (PodFacts.isDeleted(pod)) {
        continue;
      }
      if (since != null && since.plus(DELETION_MAX).isAfter(now)) {
        evicting.put(pod.metadata().name(), since);
        next = next.isBefore(since) ? next : since;
        continue;
      }
      if (since != null) {
        overdue.add(pod);
      }
      healthy += PodFacts.isReady(pod) ? 1 : 0;
    }
    int allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
    PodDisruptionBudgetStatus status =
        PodDisruptionBudgetStatus.builder()
            .currentHealthy(healthy)
            .desiredHealthy(desired)
            .expectedPods(expected)
            .disruptionsAllowed(allowed)
            .disruptedPods(evicting)
            .observedGeneration(budget.metadata().generation())
            .conditions(
                conditions(
                    budget,
                    budget.metadata().generation(),
                    allowed > 0 ? "True" : "False",
                    allowed > 0 ? "SufficientPods" : "InsufficientPods",
                    "",
                    now))
            .build();
    Duration again =
        evicting.isEmpty() ? Duration.ZERO : Duration.between(now, next.plus(DELETION_MAX));
    return new BudgetPlan(budget.toBuilder().status(status).build(), overdue, again);
  }

  /** Nothing may go while nobody knows how many there should be. */
  static PodDisruptionBudget failed(PodDisruptionBudget budget, String why, Instant now) {
    return budget.toBuilder()
        .status(
            budget.status().toBuilder()
                .disruptionsAllowed(0)
                .conditions(
                    conditions(
                        budget,
                        budget.status().observedGeneration(),
                        "False",
                        "SyncFailed",
                        why,
                        now))
                .build())
        .build();
  }

  private static int desired(PodDisruptionBudget budget, int expected) {
    IntOrString most = budget.spec().maxUnavailable();
    if (most != null) {
      return Math.max(0, expected - most.scaled(expected, true));
    }
    IntOrString least = budget.spec().minAvailable();
    return least == null ? 0 : least.scaled(expected, true);
  }

  private static List<Condition> conditions(
      PodDisruptionBudget budget,
      @Nullable Long generation,
      String status,
      String reason,
      String message,
      Instant now) {
    List<Condition> all = new ArrayList<>();
    Instant since = now;
    for (Condition one : budget.status().conditions()) {
      if (!one.type().equals(ALLOWED)) {
        all.add(one);
      } else if (one.status().equals(status)) {
        since = requireNonNullElse(one.lastTransitionTime(), now);
      }
    }
    all.add(
        Condition.builder()
            .type(ALLOWED)
            .status(status)
            .reason(reason)
            .message(message)
            .lastTransitionTime(since)
            .observedGeneration(generation)
            .build());
    return all;
  }
}
