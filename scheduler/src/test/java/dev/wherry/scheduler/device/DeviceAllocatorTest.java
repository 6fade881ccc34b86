package dev.wherry.scheduler.device;

import static dev.wherry.scheduler.device.DeviceFixtures.CLASS;
import static dev.wherry.scheduler.device.DeviceFixtures.attributed;
import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.device;
import static dev.wherry.scheduler.device.DeviceFixtures.deviceClass;
import static dev.wherry.scheduler.device.DeviceFixtures.exactly;
import static dev.wherry.scheduler.device.DeviceFixtures.labelled;
import static dev.wherry.scheduler.device.DeviceFixtures.pool;
import static dev.wherry.scheduler.device.DeviceFixtures.request;
import static dev.wherry.scheduler.device.DeviceFixtures.slice;
import static dev.wherry.scheduler.device.DeviceFixtures.tainted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.DeviceToleration;
import dev.wherry.model.resource.v1.ResourceClaim;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The cases of upstream's allocator_testing.go that hold at v1.36: what is in reach. */
class DeviceAllocatorTest extends AllocatorCases {
  @Test
  void on_deviceOfTheNode_isAllocatedForThatNodeAlone() {
    devices.sliceSeen(slice("n1", device("d1")));
    AllocationResult result = allocate(claim("c", request("r", 1))).getFirst();
    assertEquals(List.of("r=d1"), pick(claim("c", request("r", 1))));
    NodeSelector selector = Objects.requireNonNull(result.nodeSelector());
    assertEquals(
        "metadata.name", selector.nodeSelectorTerms().getFirst().matchFields().getFirst().key());
    assertEquals(
        List.of("n1"), selector.nodeSelectorTerms().getFirst().matchFields().getFirst().values());
  }

  @Test
  void on_devicesOfAnotherNode_cannotServe() {
    devices.sliceSeen(slice("n2", device("d1")));
    assertEquals(NOT_ALL, refusal(claim("c", request("r", 1))));
  }

  @Test
  void on_sliceByLabels_servesAndKeepsTheLabels() {
    devices.sliceSeen(
        slice("s", s -> s.nodeSelector(labelled("zone", "a")), pool("p", 1, 1), device("d1")));
    AllocationResult result = allocate(claim("c", request("r", 1))).getFirst();
    assertEquals(labelled("zone", "a"), result.nodeSelector());
    devices.sliceSeen(
        slice("s", s -> s.nodeSelector(labelled("zone", "b")), pool("p", 1, 1), device("d1")));
    assertEquals(NOT_ALL, refusal(claim("c", request("r", 1))));
  }

  @Test
  void on_sliceOfAllNodes_isAllocatedForAll() {
    devices.sliceSeen(slice("s", s -> s.allNodes(true), pool("p", 1, 1), device("d1")));
    assertNull(allocate(claim("c", request("r", 1))).getFirst().nodeSelector());
  }

  @Test
  void on_devicesThatSayWhere_onlyThoseOfTheNodeServe() {
    devices.sliceSeen(
        slice(
            "s",
            s -> s.perDeviceNodeSelection(true),
            pool("p", 1, 1),
            device("d1", d -> d.nodeName("n2")),
            device("d2", d -> d.nodeName("n1"))));
    assertEquals(List.of("r=d2"), pick(claim("c", request("r", 1))));
  }

  @Test
  void on_selectors_classAndRequestBothMean() {
    devices.classSeen(deviceClass(CLASS, "model=a"));
    devices.sliceSeen(
        slice(
            "n1",
            attributed("d1", "model", "b", "size", "big"),
            attributed("d2", "model", "a", "size", "small"),
            attributed("d3", "model", "a", "size", "big")));
    assertEquals(List.of("r=d3"), pick(claim("c", request("r", 1, "size=big"))));
  }

  @Test
  void on_heldDevices_areNotGivenAgain() {
    devices.sliceSeen(slice("n1", device("d1"), device("d2")));
    ResourceClaim first = claim("c1", request("r", 1));
    devices.assume(first, allocate(first).getFirst());
    assertEquals(List.of("r=d2"), pick(claim("c2", request("r", 1))));
    assertEquals(NOT_ALL, refusal(claim("c2", request("r", 2))));
    devices.release(first);
    assertEquals(List.of("r=d1", "r=d2"), pick(claim("c2", request("r", 2))));
  }

  @Test
  void on_administratorsRequest_seesHeldDevicesAndHoldsNone() {
    devices.sliceSeen(slice("n1", device("d1")));
    ResourceClaim user = claim("c1", request("r", 1));
    devices.assume(user, allocate(user).getFirst());
    ResourceClaim watcher = claim("c2", exactly("r", r -> r.adminAccess(true)));
    AllocationResult watching = allocate(watcher).getFirst();
    assertEquals(
        Boolean.TRUE,
        Objects.requireNonNull(watching.devices()).results().getFirst().adminAccess());
    devices.release(user);
    devices.assume(watcher, watching);
    assertEquals(List.of("r=d1"), pick(user));
  }

  @Test
  void on_twoClaims_doNotShareADevice() {
    devices.sliceSeen(slice("n1", device("d1"), device("d2")));
    assertEquals(
        List.of("r=d1", "r=d2"), pick(claim("c1", request("r", 1)), claim("c2", request("r", 1))));
    assertEquals(NOT_ALL, refusal(claim("c1", request("r", 2)), claim("c2", request("r", 1))));
  }

  @Test
  void on_firstClaimTakesWhatOnlyTheSecondCanUse_goesBack() {
    devices.sliceSeen(slice("n1", attributed("d1", "model", "a"), attributed("d2", "model", "b")));
    assertEquals(
        List.of("r=d2", "r=d1"),
        pick(claim("c1", request("r", 1)), claim("c2", request("r", 1, "model=a"))));
  }

  @Test
  void on_allDevices_takesEveryOneThatFits() {
    devices.sliceSeen(
        slice(
            "n1",
            attributed("d1", "model", "a"),
            attributed("d2", "model", "b"),
            attributed("d3", "model", "a")));
    ResourceClaim all =
        claim(
            "c",
            exactly(
                "r", r -> r.allocationMode("All").selectors(DeviceFixtures.selectors("model=a"))));
    assertEquals(List.of("r=d1", "r=d3"), pick(all));
    ResourceClaim one = claim("o", request("r", 1, "model=a"));
    devices.assume(one, allocate(one).getFirst());
    assertEquals(NOT_ALL, refusal(all));
  }

  @Test
  void on_allDevicesWhereThereAreNone_cannotServe() {
    ResourceClaim all = claim("c", exactly("r", r -> r.allocationMode("All")));
    assertEquals(NOT_ALL, refusal(all));
  }

  @Test
  void on_incompletePool_isNotUsed() {
    devices.sliceSeen(
        slice("s1", s -> s.nodeName("n1"), pool("p", 1, 2), device("d1"), device("d2")));
    assertEquals(NOT_ALL, refusal(claim("c", request("r", 1))));
    assertEquals(
        "claim default/c, request r: asks for all devices, but resource pool gpu.example.com/p"
            + " is currently being updated",
        mistake(claim("c", exactly("r", r -> r.allocationMode("All")))));
    devices.sliceSeen(slice("s2", s -> s.nodeName("n1"), pool("p", 1, 2), device("d3")));
    assertEquals(List.of("r=d1"), pick(claim("c", request("r", 1))));
  }

  @Test
  void on_newerGeneration_olderSlicesCountNoMore() {
    devices.sliceSeen(slice("s1", s -> s.nodeName("n1"), pool("p", 1, 1), device("old")));
    devices.sliceSeen(slice("s2", s -> s.nodeName("n1"), pool("p", 2, 1), device("new")));
    assertEquals(List.of("r=new"), pick(claim("c", request("r", 1))));
    assertEquals(NOT_ALL, refusal(claim("c", request("r", 2))));
  }

  @Test
  void on_twoDevicesOfOneName_poolIsInvalid() {
    devices.sliceSeen(slice("n1", device("d1"), device("d1")));
    assertEquals("invalid resource pools were encountered", refusal(claim("c", request("r", 1))));
  }

  @Test
  void on_taintedDevice_needsAToleration() {
    devices.sliceSeen(
        slice("n1", tainted("d1", "sick", "NoSchedule"), tainted("d2", "odd", "None")));
    assertEquals(List.of("r=d2"), pick(claim("c", request("r", 1))));
    DeviceToleration any = DeviceToleration.builder().operator("Exists").build();
    assertEquals(List.of("r=d1"), pick(claim("c", exactly("r", r -> r.tolerations(List.of(any))))));
  }

  @Test
  void on_selectorThatIsNone_isAMistake() {
    devices.sliceSeen(slice("n1", device("d1")));
    assertEquals(
        "claim default/c: selector #0: CEL compile error: compilation failed",
        mistake(claim("c", request("r", 1, "nonsense"))));
    devices.classSeen(deviceClass(CLASS, "fail"));
    assertEquals(
        "class gpu: selector #0 on device gpu.example.com/n1/d1: CEL runtime error:"
            + " no such key: model",
        mistake(claim("c", request("r", 1))));
  }
}
