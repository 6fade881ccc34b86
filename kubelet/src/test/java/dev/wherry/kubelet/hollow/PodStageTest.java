package dev.wherry.kubelet.hollow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PodStageTest {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
  private static final String OF_JOB =
      "\"ownerReferences\": [{\"kind\": \"Job\", \"name\": \"j\"}]";
  private static final String RUNNING =
      "\"phase\": \"Running\", \"podIP\": \"100.64.0.2\", \"startTime\": \"2026-11-22T07:59:50Z\"";

  private static Pod pod(String metadata, String status) {
    String text =
        "{\"metadata\": {\"name\": \"p\"%s}, \"spec\": {\"containers\": [{\"name\": \"c\","
            + " \"image\": \"i\"}]}, \"status\": {%s}}";
    String filled = text.formatted(metadata.isEmpty() ? "" : ", " + metadata, status);
    return Pod.KIND.decode(Json.parse(filled.getBytes(StandardCharsets.UTF_8)));
  }

  private static PodStage next(String metadata, String status) {
    return PodStage.next(pod(metadata, status), Duration.ZERO, NOW);
  }

  @Test
  void next_boundPod_runs() {
    assertInstanceOf(PodStage.Run.class, next("", "\"phase\": \"Pending\""));
  }

  @Test
  void next_runningPod_rests() {
    assertInstanceOf(PodStage.Rest.class, next("", RUNNING));
  }

  @Test
  void next_runningPodOfJob_succeedsWhenItsTimeIsOver() {
    Pod pod = pod(OF_JOB, RUNNING);
    assertInstanceOf(PodStage.Succeed.class, PodStage.next(pod, Duration.ofSeconds(10), NOW));
    assertEquals(
        new PodStage.Wait(Duration.ofSeconds(5)), PodStage.next(pod, Duration.ofSeconds(15), NOW));
  }

  @Test
  void next_endedPod_rests() {
    assertInstanceOf(PodStage.Rest.class, next(OF_JOB, "\"phase\": \"Succeeded\""));
  }

  @Test
  void next_deletedPod_goes_heldOneEndsFirst() {
    String deleted =
        "\"deletionTimestamp\": \"2026-11-22T08:00:00Z\", \"deletionGracePeriodSeconds\": %d";
    String held = ", \"finalizers\": [\"batch.kubernetes.io/job-tracking\"]";
    String failed = "\"phase\": \"Failed\", \"podIP\": \"100.64.0.2\"";
    assertInstanceOf(PodStage.Remove.class, next(deleted.formatted(30), RUNNING));
    assertInstanceOf(PodStage.Fail.class, next(deleted.formatted(30) + held, RUNNING));
    assertInstanceOf(PodStage.Remove.class, next(deleted.formatted(30) + held, failed));
    assertInstanceOf(PodStage.Rest.class, next(deleted.formatted(0) + held, failed));
  }

  @Test
  void running_initAndSidecarAndGate_allAreDone() {
    String text =
        """
        {"metadata": {"name": "p", "generation": 3},
         "spec": {"readinessGates": [{"conditionType": "a/b"}],
           "initContainers": [{"name": "i", "image": "x"},
             {"name": "s", "image": "x", "restartPolicy": "Always"}],
           "containers": [{"name": "c", "image": "x",
             "resources": {"requests": {"cpu": "1"}}}]},
         "status": {"phase": "Pending", "qosClass": "Burstable",
           "conditions": [{"type": "PodScheduled", "status": "True"}]}}
        """;
    Pod pod = Pod.KIND.decode(Json.parse(text.getBytes(StandardCharsets.UTF_8)));
    var status = HollowStatuses.running(pod, "100.64.0.1", "100.64.0.2", NOW);
    assertEquals("Running", status.phase());
    assertEquals("Burstable", status.qosClass());
    assertEquals(6, status.conditions().size());
    assertEquals("PodScheduled", status.conditions().getFirst().type());
    assertEquals("a/b", status.conditions().getLast().type());
    assertEquals(
        "Completed", status.initContainerStatuses().getFirst().state().terminated().reason());
    assertEquals(true, status.initContainerStatuses().getLast().started());
    assertEquals(
        pod.spec().containers().getFirst().resources(),
        status.containerStatuses().getFirst().resources());
  }

  @Test
  void ranges_indexAndAddress_areEachOthersInverse() {
    assertEquals("100.64.2.0/23", HollowRanges.range(1));
    assertEquals(1, HollowRanges.index("100.64.2.0/23").orElseThrow());
    assertEquals(8_191, HollowRanges.index("100.127.254.0/23").orElseThrow());
    assertEquals(257, HollowRanges.offset(1, "100.64.3.1").orElseThrow());
    assertEquals(true, HollowRanges.offset(1, "100.64.4.1").isEmpty());
    assertEquals(true, HollowRanges.index("10.42.0.0/24").isEmpty());
    assertEquals(true, HollowRanges.offset(0, "").isEmpty());
  }
}
