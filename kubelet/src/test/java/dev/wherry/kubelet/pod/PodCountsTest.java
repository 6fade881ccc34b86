package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodCountsTest {
  private final PodCounts counts = new PodCounts();

  private static ContainerStatus ended(String name, int exitCode, String reason) {
    return ContainerStatus.builder()
        .name(name)
        .state(
            ContainerState.builder()
                .terminated(
                    ContainerStateTerminated.builder().exitCode(exitCode).reason(reason).build())
                .build())
        .build();
  }

  private static PodView pod(String volumes) {
    return PodView.of(
        Pod.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "p", "namespace": "n", "uid": "u",
                              "creationTimestamp": "2026-11-22T10:00:00Z"},
                 "spec": {"containers": [{"name": "a"}], "volumes": [%s]}}
                """
                    .formatted(volumes))));
  }

  @Test
  void started_ofAPodWithoutState_isAlsoCountedWithoutWhatOthersTook() {
    Instant seen = Instant.parse("2026-11-22T10:00:01Z");
    PodStatus pending = PodStatus.builder().phase("Pending").build();
    PodStatus running = PodStatus.builder().phase("Running").build();
    PodView plain = pod("{\"name\": \"v\", \"emptyDir\": {}}");
    PodView stateful = pod("{\"name\": \"v\", \"hostPath\": {\"path\": \"/\"}}");
    for (PodView pod : List.of(plain, stateful)) {
      counts.started(pending, running, pod, seen, seen.plusSeconds(9), Duration.ofSeconds(7));
      counts.started(running, running, pod, seen, seen.plusSeconds(99), Duration.ZERO);
    }
    assertEquals(Duration.ofSeconds(18).toNanos(), counts.untilRunning().sumNanos());
    assertEquals(Duration.ofSeconds(20).toNanos(), counts.sinceCreation().sumNanos());
    assertEquals(Duration.ofSeconds(3).toNanos(), counts.untilRunningByItself().sumNanos());
  }

  @Test
  void end_isCountedOnceWhenItIsReported() {
    PodStatus none =
        PodStatus.builder()
            .containerStatuses(List.of(ContainerStatus.builder().name("a").build()))
            .build();
    PodStatus one =
        PodStatus.builder()
            .initContainerStatuses(List.of(ended("i", 0, "Completed")))
            .containerStatuses(List.of(ended("a", 139, "Error")))
            .build();
    counts.reported(none, one);
    counts.reported(one, one);
    assertEquals(
        Map.of(
            new PodCounts.Ended("init_container", 0, "Completed"), 1L,
            new PodCounts.Ended("container", 139, "Error"), 1L),
        counts.ends());
  }
}
