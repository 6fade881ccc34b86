package dev.wherry.controllers.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.FedInformers;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceSlice;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeviceTaintEventsTest {
  private static final Pod POD =
      Pod.KIND.decode(
          Json.parse(
              """
              {"metadata": {"namespace": "default", "name": "p", "uid": "uid-p"},
               "spec": {"nodeName": "n1",
                        "resourceClaims": [{"name": "gpu", "resourceClaimName": "c"}]}}
              """));
  private static final ResourceClaim CLAIM =
      ResourceClaim.KIND.decode(
          Json.parse(
              """
              {"metadata": {"namespace": "default", "name": "c", "uid": "uid-c"},
               "status": {
                 "allocation": {"devices": {"results": [
                   {"driver": "gpu.example.com", "pool": "n1", "device": "gpu-0", "tolerations": [
                     {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 600}]}]}},
                 "reservedFor": [{"resource": "pods", "name": "p", "uid": "uid-p"}]}}
              """));

  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final FedInformers fed = new FedInformers();

  private static ResourceSlice slice(int version, String taints) {
    return ResourceSlice.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "s", "uid": "uid-s", "resourceVersion": "%d"},
             "spec": {"driver": "gpu.example.com", "nodeName": "n1",
                      "pool": {"name": "n1", "generation": 1, "resourceSliceCount": 1},
                      "devices": [{"name": "gpu-0", "taints": [%s]}]}}
            """
                .formatted(version, taints)));
  }

  @Test
  void taintThatGoesInTime_isToldOf() throws InterruptedException {
    try (EventRecorder events = EventRecorder.start(api, "taints", "", timer)) {
      DeviceTaintEviction eviction =
          new DeviceTaintEviction(Fixtures.parts(api, fed, events, timer));
      fed.put(ResourceClaim.KIND, CLAIM);
      fed.put(
          ResourceSlice.KIND,
          slice(
              1,
              "{\"key\": \"broken\", \"effect\": \"NoExecute\", \"timeAdded\": \"%s\"}"
                  .formatted(timer.instant())));
      fed.put(Pod.KIND, POD);
      settle(eviction);
      fed.put(ResourceSlice.KIND, slice(2, ""));
      settle(eviction);
      settle(eviction);
      Eventually.await(
          "event",
          () -> {
            timer.advance(Duration.ofMillis(50));
            return !api.stored(Event.KIND).isEmpty();
          });
      assertEquals(1, api.stored(Event.KIND).size());
      Event told = api.stored(Event.KIND).getFirst();
      assertEquals("DeviceTaintManagerEviction", told.reason());
      assertEquals("Cancelling deletion", told.message());
      assertEquals("uid-p", told.involvedObject().uid());
    }
  }

  private static void settle(DeviceTaintEviction eviction) throws InterruptedException {
    for (int i = 0; i < 10 && eviction.keys().step(); i++) {}
  }
}
