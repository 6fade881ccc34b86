package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.PodStatus;
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
