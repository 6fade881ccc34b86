package dev.wherry.controllers.autoscaling;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerSpec;
import dev.wherry.model.autoscaling.v2.MetricStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecisionTest {
  private static final Duration FIVE_MINUTES = AutoscalerPace.DEFAULT.downStabilization();

  private static final Proposal.Failed FAILED =
      new Proposal.Failed(
          "Resource", "FailedGetResourceMetric", "no figures", "failed: no figures");

  private static HorizontalPodAutoscaler autoscaler(int min, int max) {
    return HorizontalPodAutoscaler.builder()
        .metadata(meta("default", "h").build())
        .spec(HorizontalPodAutoscalerSpec.builder().minReplicas(min).maxReplicas(max).build())
        .build();
  }

  private static Scale scale(int replicas) {
    return new Scale(replicas, replicas, "app=web");
  }

  private static Proposal wants(int replicas) {
    return new Proposal.Replicas(
        replicas, "cpu resource", MetricStatus.builder().type("Resource").build());
  }

  private static HorizontalPodAutoscalerCondition condition(Decision decision, String type) {
    return decision.status().status().conditions().stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void of_highUse_growsAndSaysSo() {
    Decision decision =
        Decision.of(
            autoscaler(1, 10), scale(3), List.of(wants(5)), Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(Optional.of(5), decision.rescale());
    assertEquals("cpu resource above target", decision.why());
    assertEquals("SucceededRescale", condition(decision, "AbleToScale").reason());
    assertEquals("ValidMetricFound", condition(decision, "ScalingActive").reason());
    assertEquals(
        "the HPA was able to successfully calculate a replica count from cpu resource",
        condition(decision, "ScalingActive").message());
    assertEquals("False", condition(decision, "ScalingLimited").status());
    assertEquals(3, decision.status().status().currentReplicas());
    assertEquals(5, decision.status().status().desiredReplicas());
    assertEquals(NOW, decision.status().status().lastScaleTime());
  }

  @Test
  void of_severalMetrics_followsTheHighest() {
    Decision decision =
        Decision.of(
            autoscaler(1, 10),
            scale(3),
            List.of(wants(2), wants(6), wants(4)),
            Memory.EMPTY,
            FIVE_MINUTES,
            NOW);
    assertEquals(Optional.of(6), decision.rescale());
    assertEquals(3, decision.status().status().currentMetrics().size());
  }

  @Test
  void of_oneMetricFails_mayGrowButNotShrink() {
    Decision grows =
        Decision.of(
            autoscaler(1, 10),
            scale(3),
            List.of(FAILED, wants(5)),
            Memory.EMPTY,
            FIVE_MINUTES,
            NOW);
    assertEquals(Optional.of(5), grows.rescale());
    Decision shrinks =
        Decision.of(
            autoscaler(1, 10),
            scale(3),
            List.of(FAILED, wants(1)),
            Memory.EMPTY,
            FIVE_MINUTES,
            NOW);
    assertEquals(Optional.empty(), shrinks.rescale());
    assertEquals("FailedGetResourceMetric", condition(shrinks, "ScalingActive").reason());
    assertEquals(
        "the HPA was unable to compute the replica count: no figures",
        condition(shrinks, "ScalingActive").message());
  }

  @Test
  void of_allFail_reportsEachAndTheWhole() {
    Decision decision =
        Decision.of(autoscaler(1, 10), scale(3), List.of(FAILED), Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(Optional.empty(), decision.rescale());
    assertEquals(
        List.of("FailedGetResourceMetric", "FailedComputeMetricsReplicas"),
        decision.notes().stream().map(Decision.Note::reason).toList());
    assertEquals(
        "invalid metrics (1 invalid out of 1), first error is: failed: no figures",
        decision.notes().getLast().message());
  }

  @Test
  void withoutMetrics_beyondTheBounds_comesBack() {
    assertFalse(Decision.needsMetrics(autoscaler(2, 4), scale(9)));
    Decision above =
        Decision.withoutMetrics(autoscaler(2, 4), scale(9), Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(Optional.of(4), above.rescale());
    assertEquals("Current number of replicas above Spec.MaxReplicas", above.why());
    Decision below =
        Decision.withoutMetrics(autoscaler(2, 4), scale(1), Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(Optional.of(2), below.rescale());
    assertEquals("Current number of replicas below Spec.MinReplicas", below.why());
  }

  @Test
  void withoutMetrics_zeroReplicas_areLeftAlone() {
    Decision off =
        Decision.withoutMetrics(autoscaler(1, 4), scale(0), Memory.EMPTY, FIVE_MINUTES, NOW);
    assertEquals(Optional.empty(), off.rescale());
    assertEquals("ScalingDisabled", condition(off, "ScalingActive").reason());
    assertTrue(Decision.needsMetrics(autoscaler(0, 4), scale(0)), "zero may be a minimum");
  }

  @Test
  void status_sameFacts_keepsTimesAndOrder() {
    Decision first =
        Decision.of(
            autoscaler(1, 10), scale(3), List.of(wants(3)), Memory.EMPTY, FIVE_MINUTES, NOW);
    HorizontalPodAutoscaler known =
        autoscaler(1, 10).toBuilder().status(first.status().status()).build();
    Decision second =
        Decision.of(
            known, scale(3), List.of(wants(3)), first.memory(), FIVE_MINUTES, NOW.plusSeconds(15));
    assertEquals(first.status().status(), second.status().status());
    assertEquals(
        List.of("AbleToScale", "ScalingActive", "ScalingLimited"),
        second.status().status().conditions().stream()
            .map(HorizontalPodAutoscalerCondition::type)
            .toList());
  }

  @Test
  void window_goDurations_areRead() {
    assertEquals(Duration.ofSeconds(30), MetricSources.window(TextNode.valueOf("30s")));
    assertEquals(Duration.ofMillis(60_500), MetricSources.window(TextNode.valueOf("1m0.5s")));
    assertEquals(Duration.ofMillis(250), MetricSources.window(TextNode.valueOf("250ms")));
    assertEquals(Duration.ofMinutes(1), MetricSources.window(TextNode.valueOf("soon")));
  }
}
