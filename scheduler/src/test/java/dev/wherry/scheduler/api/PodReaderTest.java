package dev.wherry.scheduler.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.scheduler.view.PodView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodReaderTest {
  private static Map<String, Quantity> cpu(String amount) {
    return Map.of("cpu", Quantity.parse(amount));
  }

  private static Container container(String name, String cpu) {
    return Container.builder()
        .name(name)
        .image("registry.example.com:5000/team/app")
        .resources(ResourceRequirements.builder().requests(cpu(cpu)).build())
        .build();
  }

  private static PodView read(PodSpec spec, PodStatus status) {
    return PodReader.read(
        Pod.builder()
            .metadata(ObjectMeta.builder().namespace("team").name("p").uid("u").build())
            .spec(spec)
            .status(status)
            .build());
  }

  @Test
  void read_overhead_isAdded() {
    PodSpec spec =
        PodSpec.builder().containers(List.of(container("c", "1"))).overhead(cpu("250m")).build();

    assertEquals(1_250, read(spec, PodStatus.EMPTY).requests().milliCpu());
  }

  @Test
  void read_imageWithoutTag_isTheLatest() {
    PodSpec spec = PodSpec.builder().containers(List.of(container("c", "1"))).build();

    assertEquals(
        List.of("registry.example.com:5000/team/app:latest"), read(spec, PodStatus.EMPTY).images());
  }

  @Test
  void read_resizeUnderWay_countsTheMost() {
    PodSpec spec = PodSpec.builder().nodeName("n").containers(List.of(container("c", "1"))).build();
    ContainerStatus held = ContainerStatus.builder().name("c").allocatedResources(cpu("2")).build();
    PodStatus going = PodStatus.builder().containerStatuses(List.of(held)).build();
    PodCondition never =
        PodCondition.builder().type("PodResizePending").reason("Infeasible").build();
    PodSpec more = spec.toBuilder().containers(List.of(container("c", "8"))).build();

    assertEquals(2_000, read(spec, going).requests().milliCpu());
    assertEquals(8_000, read(more, going).requests().milliCpu());
    assertEquals(
        2_000,
        read(more, going.toBuilder().conditions(List.of(never)).build()).requests().milliCpu());
  }

  @Test
  void read_standing_saysWhatPreemptionNeeds() {
    PodCondition victim =
        PodCondition.builder()
            .type("DisruptionTarget")
            .status("True")
            .reason("PreemptionByScheduler")
            .build();
    PodView view =
        read(
            PodSpec.builder().preemptionPolicy("Never").build(),
            PodStatus.builder()
                .nominatedNodeName("n1")
                .startTime(Instant.EPOCH)
                .conditions(List.of(victim))
                .build());

    assertFalse(view.standing().mayPreempt());
    assertTrue(view.standing().preempted());
    assertEquals("n1", view.standing().nominatedNode());
    assertEquals(Instant.EPOCH, view.standing().started());
  }
}
