package dev.wherry.controllers.disruption;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.meta;
import static dev.wherry.controllers.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.policy.v1.PodDisruptionBudget;
import dev.wherry.model.policy.v1.PodDisruptionBudgetSpec;
import dev.wherry.model.policy.v1.PodDisruptionBudgetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetPlanTest {
  private static IntOrString number(String text) {
    return text.endsWith("%") ? IntOrString.of(text) : IntOrString.of(Integer.parseInt(text));
  }

  private static PodDisruptionBudget budget(String field, String value) {
    PodDisruptionBudgetSpec.Builder spec = PodDisruptionBudgetSpec.builder();
    if (field.equals("max")) {
      spec.maxUnavailable(number(value));
    } else {
      spec.minAvailable(number(value));
    }
    return PodDisruptionBudget.builder()
        .metadata(meta("default", "b").generation(4L).build())
        .spec(spec.build())
        .build();
  }

  private static List<Pod> pods(int ready, int others) {
    List<Pod> pods = new ArrayList<>();
    for (int i = 0; i < ready + others; i++) {
      pods.add(pod("p" + i, "n", "", i < ready));
    }
    return pods;
  }

  private static PodDisruptionBudgetStatus status(BudgetPlan plan) {
    return plan.status().status();
  }

  /** TestMaxUnavailable and TestMinAvailable upstream, and what lies between. */
  @ParameterizedTest
  @CsvSource({
    "max, 1, 3, 0, 3, 2, 3, 1",
    "max, 1, 2, 1, 3, 2, 3, 0",
    "max, 30%, 10, 0, 10, 7, 10, 3",
    "max, 28%, 7, 0, 7, 5, 7, 2",
    "max, 100%, 3, 0, 3, 0, 3, 3",
    "max, 5, 3, 0, 3, 0, 3, 3",
    "max, 0, 3, 0, 3, 3, 3, 0",
    "min, 2, 3, 0, 99, 2, 3, 1",
    "min, 2, 1, 1, 99, 2, 2, 0",
    "min, 0, 0, 0, 99, 0, 0, 0",
    "min, 28%, 2, 0, 10, 3, 10, 0",
    "min, 28%, 5, 0, 10, 3, 10, 2",
  })
  void of_rules_givesWhatMayGo(
      String field,
      String value,
      int ready,
      int others,
      int scale,
      int desired,
      int expected,
      int allowed) {
    PodDisruptionBudgetStatus status =
        status(BudgetPlan.of(budget(field, value), pods(ready, others), scale, NOW));
    assertEquals(desired, status.desiredHealthy());
    assertEquals(expected, status.expectedPods());
    assertEquals(ready, status.currentHealthy());
    assertEquals(allowed, status.disruptionsAllowed());
    assertEquals(4L, status.observedGeneration());
    assertEquals(
        allowed > 0 ? "SufficientPods" : "InsufficientPods",
        status.conditions().getFirst().reason());
  }

  private static BudgetPlan evicting(Instant since) {
    PodDisruptionBudget budget =
        budget("min", "1").toBuilder()
            .status(
                PodDisruptionBudgetStatus.builder()
                    .disruptedPods(Map.of("p0", since, "gone", since))
                    .build())
            .build();
    return BudgetPlan.of(budget, pods(3, 0), 0, NOW);
  }

  @Test
  void of_evictionUnderWay_countsThePodAsGone() {
    BudgetPlan plan = evicting(NOW.minusSeconds(30));
    assertEquals(2, status(plan).currentHealthy());
    assertEquals(Map.of("p0", NOW.minusSeconds(30)), status(plan).disruptedPods());
    assertEquals(Duration.ofSeconds(90), plan.again());
    assertTrue(plan.overdue().isEmpty());
  }

  @Test
  void of_evictionThatNeverCame_countsThePodAgainAndSaysSo() {
    BudgetPlan plan = evicting(NOW.minusSeconds(121));
    assertEquals(3, status(plan).currentHealthy());
    assertTrue(status(plan).disruptedPods().isEmpty());
    assertEquals("p0", plan.overdue().getFirst().metadata().name());
    assertEquals(Duration.ZERO, plan.again());
  }

  @Test
  void of_sameFacts_keepsTheTimeOfTheCondition() {
    PodDisruptionBudget first = BudgetPlan.of(budget("min", "1"), pods(2, 0), 0, NOW).status();
    PodDisruptionBudget second = BudgetPlan.of(first, pods(2, 0), 0, NOW.plusSeconds(60)).status();
    assertEquals(first.status(), second.status());
    assertFalse(first.status().conditions().isEmpty());
  }

  @Test
  void failed_allowsNothing() {
    PodDisruptionBudget failed = BudgetPlan.failed(budget("max", "1"), "no scale", NOW);
    assertEquals(null, failed.status().observedGeneration());
    assertEquals(0, failed.status().disruptionsAllowed());
    assertEquals("SyncFailed", failed.status().conditions().getFirst().reason());
    assertEquals("no scale", failed.status().conditions().getFirst().message());
  }
}
