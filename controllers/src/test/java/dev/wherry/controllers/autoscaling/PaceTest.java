package dev.wherry.controllers.autoscaling;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.model.autoscaling.v2.HPAScalingPolicy;
import dev.wherry.model.autoscaling.v2.HPAScalingRules;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates and windows of upstream's horizontal_test. */
class PaceTest {
  private static final Duration FIVE_MINUTES = AutoscalerPace.DEFAULT.downStabilization();

  private static HorizontalPodAutoscaler autoscaler(
      int min, int max, @Nullable HorizontalPodAutoscalerBehavior behavior) {
    return HorizontalPodAutoscaler.builder()
        .metadata(meta("default", "h").build())
        .spec(
            HorizontalPodAutoscalerSpec.builder()
                .minReplicas(min)
                .maxReplicas(max)
                .behavior(behavior)
                .build())
        .build();
  }

  private static HPAScalingRules rules(int window, String select, HPAScalingPolicy... policies) {
    return HPAScalingRules.builder()
        .stabilizationWindowSeconds(window)
        .selectPolicy(select)
        .policies(List.of(policies))
        .build();
  }

  private static HPAScalingPolicy policy(String type, int value, int seconds) {
    return HPAScalingPolicy.builder().type(type).value(value).periodSeconds(seconds).build();
  }

  /** convertDesiredReplicasWithRules, without behaviours. */
  @ParameterizedTest
  @CsvSource({
    "2, 10, 5, 7, 7, DesiredWithinRange, false",
    "2, 10, 5, 1, 2, TooFewReplicas, true",
    "2, 10, 5, 14, 10, TooManyReplicas, true",
    "2, 1000, 1, 12, 4, ScaleUpLimit, true",
    "1, 1000, 6, 100, 12, ScaleUpLimit, true",
    "0, 10, 3, 0, 0, DesiredWithinRange, false",
  })
  void of_withoutBehaviour_limits(
      int min, int max, int current, int desired, int replicas, String why, boolean limited) {
    Pace pace =
        Pace.of(autoscaler(min, max, null), current, desired, Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(replicas, pace.replicas());
    assertEquals(why, pace.limited().word());
    assertEquals(limited, pace.isLimited());
  }

  @Test
  void of_withoutBehaviour_goesDownOnlyAfterFiveMinutes() {
    HorizontalPodAutoscaler autoscaler = autoscaler(1, 10, null);
    Memory memory = Memory.EMPTY.begun(8, NOW);
    Pace early = Pace.of(autoscaler, 8, 3, memory, FIVE_MINUTES, NOW.plusSeconds(60));
    assertEquals(8, early.replicas());
    assertEquals("ScaleDownStabilized", early.able().word());
    Pace late = Pace.of(autoscaler, 8, 3, early.memory(), FIVE_MINUTES, NOW.plusSeconds(301));
    assertEquals(3, late.replicas());
    assertEquals("ReadyForNewScale", late.able().word());
  }

  @Test
  void of_upStabilization_takesTheLowestRecentWish() {
    HorizontalPodAutoscaler autoscaler =
        autoscaler(
            1,
            100,
            HorizontalPodAutoscalerBehavior.builder()
                .scaleUp(rules(60, "Max", policy("Percent", 1000, 15)))
                .build());
    Memory memory = Memory.EMPTY.wanting(6, Duration.ofMinutes(5), NOW);
    Pace pace = Pace.of(autoscaler, 4, 12, memory, FIVE_MINUTES, NOW.plusSeconds(30));
    assertEquals(6, pace.replicas());
    assertEquals("ScaleUpStabilized", pace.able().word());
    assertEquals(
        12,
        Pace.of(autoscaler, 4, 12, pace.memory(), FIVE_MINUTES, NOW.plusSeconds(91)).replicas());
  }

  @ParameterizedTest
  @CsvSource({
    // With the most of both policies: 4 pods or 100 per cent.
    "Max, 5, 100, 10",
    "Max, 2, 100, 6",
    "Min, 5, 100, 9",
    "Min, 2, 100, 4",
    "Disabled, 5, 100, 5",
  })
  void of_upPolicies_limitTheRate(String select, int current, int desired, int replicas) {
    HorizontalPodAutoscaler autoscaler =
        autoscaler(
            1,
            1000,
            HorizontalPodAutoscalerBehavior.builder()
                .scaleUp(rules(0, select, policy("Pods", 4, 60), policy("Percent", 100, 60)))
                .build());
    Pace pace = Pace.of(autoscaler, current, desired, Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(replicas, pace.replicas());
    assertEquals("ScaleUpLimit", pace.limited().word());
  }

  @ParameterizedTest
  @CsvSource({
    "Max, 100, 1, 60",
    "Min, 100, 1, 95",
    "Disabled, 100, 1, 100",
    "Max, 10, 1, 5",
  })
  void of_downPolicies_limitTheRate(String select, int current, int desired, int replicas) {
    HorizontalPodAutoscaler autoscaler =
        autoscaler(
            1,
            1000,
            HorizontalPodAutoscalerBehavior.builder()
                .scaleDown(rules(0, select, policy("Pods", 5, 60), policy("Percent", 40, 60)))
                .build());
    Pace pace = Pace.of(autoscaler, current, desired, Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(replicas, pace.replicas());
    assertEquals("ScaleDownLimit", pace.limited().word());
  }

  @Test
  void of_changesInThePeriod_countAgainstTheLimit() {
    HorizontalPodAutoscaler autoscaler =
        autoscaler(
            1,
            1000,
            HorizontalPodAutoscalerBehavior.builder()
                .scaleUp(rules(0, "Max", policy("Pods", 10, 60)))
                .build());
    Memory memory = Memory.EMPTY.changed(10, 16, Duration.ofMinutes(1), NOW);
    assertEquals(
        20, Pace.of(autoscaler, 16, 100, memory, FIVE_MINUTES, NOW.plusSeconds(30)).replicas());
    assertEquals(
        26, Pace.of(autoscaler, 16, 100, memory, FIVE_MINUTES, NOW.plusSeconds(61)).replicas());
  }

  @Test
  void memory_oldEntries_go() {
    Memory memory = Memory.EMPTY;
    for (int i = 0; i < 2_000; i++) {
      memory = memory.wanting(i, Duration.ofHours(10), NOW.plusSeconds(i));
    }
    assertTrue(memory.wanted().size() <= 512, "bounded");
    assertEquals(
        1, memory.wanting(1, Duration.ofSeconds(1), NOW.plusSeconds(9_999)).wanted().size());
  }
}
