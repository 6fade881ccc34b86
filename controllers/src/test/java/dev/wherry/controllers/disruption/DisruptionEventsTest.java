package dev.wherry.controllers.disruption;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.FedInformers;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.policy.v1.PodDisruptionBudget;
import dev.wherry.model.policy.v1.PodDisruptionBudgetSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisruptionEventsTest {
  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final FedInformers fed = new FedInformers();

  private static PodDisruptionBudget budget(String name) {
    return PodDisruptionBudget.builder()
        .metadata(Fixtures.meta("default", name).build())
        .spec(PodDisruptionBudgetSpec.builder().selector(Workloads.WEB).build())
        .build();
  }

  @Test
  void pod_ofTwoBudgets_isToldOfOnce() {
    try (EventRecorder events = EventRecorder.start(api, "controllermanager", "", timer)) {
      new DisruptionController(Fixtures.parts(api, fed, events, timer));
      fed.replace(PodDisruptionBudget.KIND, List.of(budget("one")));
      Pod alone = Fixtures.pod("alone", "n1", "", true);
      fed.put(Pod.KIND, alone);
      fed.replace(PodDisruptionBudget.KIND, List.of(budget("one"), budget("two")));
      Pod pod = Fixtures.pod("p", "n1", "", true);
      fed.put(Pod.KIND, pod);
      fed.put(Pod.KIND, Fixtures.pod("p", "n1", "", false));
      Eventually.await(
          "event",
          () -> {
            timer.advance(Duration.ofMillis(50));
            return !api.stored(Event.KIND).isEmpty();
          });
      Event told = api.stored(Event.KIND).getFirst();
      assertEquals("MultiplePodDisruptionBudgets", told.reason());
      assertEquals(
          "Pod \"default\"/\"p\" matches multiple PodDisruptionBudgets.  Chose \"one\""
              + " arbitrarily.",
          told.message());
      assertEquals(1, api.stored(Event.KIND).size());
    }
  }
}
