package dev.wherry.controllers.workload;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeletionOrderTest {
  private static Pod since(Pod pod, Instant ready) {
    PodCondition condition =
        PodCondition.builder().type("Ready").status("True").lastTransitionTime(ready).build();
    return pod.toBuilder()
        .status(pod.status().toBuilder().conditions(List.of(condition)).build())
        .build();
  }

  private static Pod cost(Pod pod, String cost) {
    return pod.toBuilder()
        .metadata(pod.metadata().toBuilder().annotations(Map.of(DeletionOrder.COST, cost)).build())
        .build();
  }

  @Test
  void order_everyRule_goesInUpstreamsSequence() {
    Instant old = NOW.minusSeconds(100_000);
    Pod unbound = pod("a-unbound", "", "", true);
    Pod pending =
        pod("b-pending", "n1", "", true).toBuilder()
            .status(pod("x", "n1", "", true).status().toBuilder().phase("Pending").build())
            .build();
    Pod unready = pod("c-unready", "n1", "", false);
    Pod cheap = cost(since(pod("d-cheap", "n1", "", true), old), "-5");
    Pod crowded = since(pod("e-crowded", "n2", "", true), old);
    Pod crowded2 = since(pod("f-crowded", "n2", "", true), old);
    Pod young = since(pod("g-young", "n3", "", true), NOW.minusSeconds(3));
    Pod aged = since(pod("h-aged", "n4", "", true), old);
    Pod dear = cost(since(pod("i-dear", "n5", "", true), NOW), "10");
    List<Pod> all = List.of(dear, aged, young, crowded2, crowded, cheap, unready, pending, unbound);
    assertEquals(
        List.of(
            "a-unbound",
            "b-pending",
            "c-unready",
            "d-cheap",
            "e-crowded",
            "f-crowded",
            "g-young",
            "h-aged",
            "i-dear"),
        DeletionOrder.of(all, List.of(crowded, crowded2, young, aged, dear), NOW).stream()
            .map(p -> p.metadata().name())
            .toList());
  }

  @Test
  void cost_noNumber_countsAsNone() {
    Pod bad = cost(since(pod("a", "n1", "", true), NOW), "01");
    Pod low = cost(since(pod("b", "n1", "", true), NOW), "-1");
    assertEquals(
        List.of("b", "a"),
        DeletionOrder.of(List.of(bad, low), List.of(), NOW).stream()
            .map(p -> p.metadata().name())
            .toList());
  }
}
