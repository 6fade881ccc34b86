package dev.wherry.controllers.statefulset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.FedInformers;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.apps.v1.StatefulSetSpec;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What users read of a set with a claim. */
class SetEventsTest {
  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final FedInformers fed = new FedInformers();
  private final EventRecorder events =
      EventRecorder.start(api, "statefulset-controller", "", timer);
  private final StatefulSetController controller =
      new StatefulSetController(Fixtures.parts(api, fed, events, timer));

  @AfterEach
  void close() {
    events.close();
  }

  private void set() throws InterruptedException {
    PersistentVolumeClaim data =
        PersistentVolumeClaim.builder().metadata(ObjectMeta.builder().name("data").build()).build();
    api.create(
        StatefulSet.KIND,
        StatefulSet.builder()
            .metadata(Fixtures.meta("default", "db").build())
            .spec(
                StatefulSetSpec.builder()
                    .replicas(1)
                    .serviceName("db")
                    .podManagementPolicy("OrderedReady")
                    .selector(Workloads.WEB)
                    .template(Workloads.template("app:0"))
                    .volumeClaimTemplates(List.of(data))
                    .build())
            .build());
    settle();
  }

  private void settle() throws InterruptedException {
    fed.replace(StatefulSet.KIND, api.stored(StatefulSet.KIND));
    fed.replace(PersistentVolumeClaim.KIND, api.stored(PersistentVolumeClaim.KIND));
    fed.replace(Pod.KIND, api.stored(Pod.KIND));
    for (int i = 0; i < 20; i++) {
      if (!controller.step()) {
        timer.advance(Duration.ofSeconds(1));
      }
    }
  }

  private void awaitEvent(String reason, String message) {
    Eventually.await(
        message,
        () -> {
          timer.advance(Duration.ofMillis(50));
          return api.stored(Event.KIND).stream()
              .anyMatch(e -> e.reason().equals(reason) && e.message().equals(message));
        });
  }

  @Test
  void create_claimAndPod_areToldOf() throws InterruptedException {
    set();
    awaitEvent("SuccessfulCreate", "Create Claim data-db-0 Pod db-0 in StatefulSet db success");
    awaitEvent("SuccessfulCreate", "Create Pod db-0 in StatefulSet db successful");
  }

  @Test
  void create_claimRefused_isToldOf_andNoPodIsMadeWithoutIt() throws InterruptedException {
    api.failNext(
        call -> call.resource().equals("persistentvolumeclaims"),
        new ApiException(Reason.FORBIDDEN, "exceeded quota"));
    api.failNext(
        call -> call.resource().equals("pods"), new ApiException(Reason.FORBIDDEN, "no room"));
    set();
    awaitEvent(
        "FailedCreate",
        "Create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: exceeded quota");
    awaitEvent(
        "FailedCreate",
        "Create Pod db-0 in StatefulSet db failed error: failed to create PVC data-db-0: exceeded"
            + " quota");
    awaitEvent("FailedCreate", "Create Pod db-0 in StatefulSet db failed error: no room");
    awaitEvent("SuccessfulCreate", "Create Pod db-0 in StatefulSet db successful");
  }

  @Test
  void create_earlierClaimIsGoing_thePodWaitsForItsEnd() throws InterruptedException {
    PersistentVolumeClaim going =
        PersistentVolumeClaim.builder()
            .metadata(
                Fixtures.meta("default", "data-db-0").deletionTimestamp(timer.instant()).build())
            .build();
    fed.put(PersistentVolumeClaim.KIND, going);
    api.create(PersistentVolumeClaim.KIND, going);
    set();
    awaitEvent(
        "FailedCreate",
        "Create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted");
    assertEquals(List.of(), api.stored(Pod.KIND));
  }
}
