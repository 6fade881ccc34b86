package dev.wherry.scheduler.api;

import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.device;
import static dev.wherry.scheduler.device.DeviceFixtures.deviceClass;
import static dev.wherry.scheduler.device.DeviceFixtures.request;
import static dev.wherry.scheduler.device.DeviceFixtures.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodResourceClaim;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.model.status.ApiException;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.device.DeviceFixtures;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scheduler over an API: claims get devices and users before their pods get nodes. */
class DeviceSchedulingTest {
  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private SchedulerRunner scheduler;

  @BeforeEach
  void start() {
    Map<String, Quantity> room = Map.of("cpu", Quantity.parse("4"), "pods", Quantity.parse("9"));
    api.create(
        Node.KIND,
        Node.builder()
            .metadata(ObjectMeta.builder().name("n1").build())
            .status(NodeStatus.builder().allocatable(room).build())
            .build());
    api.create(DeviceClass.KIND, deviceClass(DeviceFixtures.CLASS));
    scheduler =
        SchedulerRunner.start(
            api, SchedulerConfig.defaults(), DeviceFixtures.EXPRESSIONS, timer, 1);
  }

  @AfterEach
  void stop() {
    scheduler.close();
    timer.close();
  }

  private void pod(String name, String claim) {
    PodResourceClaim wanted =
        PodResourceClaim.builder().name("gpu").resourceClaimName(claim).build();
    api.create(
        Pod.KIND,
        Pod.builder()
            .metadata(ObjectMeta.builder().namespace("default").name(name).build())
            .spec(PodSpec.builder().resourceClaims(List.of(wanted)).build())
            .build());
  }

  private String nodeOf(String pod) {
    return api.get(Pod.KIND, "default", pod).spec().nodeName();
  }

  private ResourceClaim stored(String name) {
    return api.get(ResourceClaim.KIND, "default", name);
  }

  @Test
  void pod_claimAndDevicesCome_isBoundWithItsDevices() {
    pod("p", "gpu");
    api.create(ResourceClaim.KIND, claim("gpu", request("r", 1)));
    api.create(ResourceSlice.KIND, slice("n1", device("d1")));
    Eventually.await("bound", () -> nodeOf("p").equals("n1"));

    ResourceClaim claim = stored("gpu");
    assertTrue(DeviceClaims.isProtected(claim));
    assertEquals("d1", DeviceClaims.devices(claim).getFirst().device());
    String uid = api.get(Pod.KIND, "default", "p").metadata().uid();
    assertTrue(DeviceClaims.isReservedFor(uid, claim));
  }

  @Test
  void twoPods_oneDevice_secondGetsItWhenItIsGivenBack() {
    api.create(ResourceSlice.KIND, slice("n1", device("d1")));
    api.create(ResourceClaim.KIND, claim("one", request("r", 1)));
    api.create(ResourceClaim.KIND, claim("two", request("r", 1)));
    pod("first", "one");
    Eventually.await("bound", () -> nodeOf("first").equals("n1"));
    pod("second", "two");
    Eventually.await(
        "second is told to wait",
        () ->
            api.get(Pod.KIND, "default", "second").status().conditions().stream()
                .anyMatch(c -> c.message().contains("cannot allocate all claims")));

    api.updateStatus(
        ResourceClaim.KIND,
        DeviceClaims.usedBy(DeviceClaims.deallocated(stored("one")), List.of()));
    Eventually.await("bound", () -> nodeOf("second").equals("n1"));
  }

  @Test
  void conflictOnTheClaim_isWrittenAgain() {
    KindInfo kind = ResourceClaim.KIND.info();
    api.failNext(
        call -> call.verb().equals("update/status") && call.resource().equals("resourceclaims"),
        ApiException.conflict(kind, "gpu", "somebody was faster"));
    api.create(ResourceSlice.KIND, slice("n1", device("d1")));
    api.create(ResourceClaim.KIND, claim("gpu", request("r", 1)));
    pod("p", "gpu");
    Eventually.await("bound", () -> nodeOf("p").equals("n1"));
    assertEquals(1, stored("gpu").status().reservedFor().size());
  }

  @Test
  void bindingFails_podReleasesTheClaimAndIsBoundLater() {
    api.failNext(
        call -> call.verb().equals("create/binding"),
        ApiException.conflict(Pod.KIND.info(), "p", "not now"));
    api.create(ResourceSlice.KIND, slice("n1", device("d1")));
    api.create(ResourceClaim.KIND, claim("gpu", request("r", 1)));
    pod("p", "gpu");
    Eventually.await("bound", () -> nodeOf("p").equals("n1"));
  }
}
