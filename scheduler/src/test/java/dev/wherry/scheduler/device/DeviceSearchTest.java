package dev.wherry.scheduler.device;

import static dev.wherry.scheduler.device.DeviceFixtures.alternative;
import static dev.wherry.scheduler.device.DeviceFixtures.attributed;
import static dev.wherry.scheduler.device.DeviceFixtures.card;
import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.device;
import static dev.wherry.scheduler.device.DeviceFixtures.exactly;
import static dev.wherry.scheduler.device.DeviceFixtures.firstOf;
import static dev.wherry.scheduler.device.DeviceFixtures.match;
import static dev.wherry.scheduler.device.DeviceFixtures.partition;
import static dev.wherry.scheduler.device.DeviceFixtures.pool;
import static dev.wherry.scheduler.device.DeviceFixtures.request;
import static dev.wherry.scheduler.device.DeviceFixtures.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceConstraint;
import dev.wherry.model.resource.v1.ResourceClaim;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The cases of upstream's allocator_testing.go that hold at v1.36: what goes together. */
class DeviceSearchTest extends AllocatorCases {
  @Test
  void on_matchAttribute_devicesHaveOneValue() {
    devices.sliceSeen(
        slice(
            "n1",
            attributed("d1", "numa", "0"),
            attributed("d2", "numa", "1"),
            attributed("d3", "numa", "1")));
    DeviceConstraint same = match("gpu.example.com/numa");
    assertEquals(List.of("r=d2", "r=d3"), pick(constrained(same, request("r", 2))));
    assertEquals(NOT_ALL, refusal(constrained(same, request("r", 3))));
  }

  @Test
  void on_matchAttributeOfSomeRequests_othersAreFree() {
    devices.sliceSeen(
        slice("n1", attributed("d1", "numa", "0"), attributed("d2", "numa", "1"), device("d3")));
    DeviceConstraint same = match("gpu.example.com/numa", "a");
    assertEquals(
        List.of("a=d1", "b=d2"), pick(constrained(same, request("a", 1), request("b", 1))));
    assertEquals(
        NOT_ALL,
        refusal(
            constrained(match("other.example.com/numa", "a"), request("a", 1), request("b", 1))));
  }

  @Test
  void on_distinctAttribute_noTwoDevicesHaveOneValue() {
    devices.sliceSeen(
        slice(
            "n1",
            attributed("d1", "card", "x"),
            attributed("d2", "card", "x"),
            attributed("d3", "card", "y")));
    DeviceConstraint distinct =
        DeviceConstraint.builder().distinctAttribute("gpu.example.com/card").build();
    assertEquals(List.of("r=d1", "r=d3"), pick(constrained(distinct, request("r", 2))));
    assertEquals(NOT_ALL, refusal(constrained(distinct, request("r", 3))));
  }

  @Test
  void on_allDevicesThatMayNotBeTogether_isAMistake() {
    devices.sliceSeen(slice("n1", attributed("d1", "numa", "0"), attributed("d2", "numa", "1")));
    assertEquals(
        "claim default/c, request r: cannot add device gpu.example.com/n1/d2 because a claim"
            + " constraint would not be satisfied",
        mistake(
            constrained(
                match("gpu.example.com/numa"), exactly("r", r -> r.allocationMode("All")))));
  }

  @Test
  void on_firstAvailable_takesTheFirstThatCanBe() {
    devices.sliceSeen(slice("n1", attributed("d1", "model", "b"), attributed("d2", "model", "b")));
    ResourceClaim claim =
        claim(
            "c", firstOf("r", alternative("best", 1, "model=a"), alternative("two", 2, "model=b")));
    assertEquals(List.of("r/two=d1", "r/two=d2"), pick(claim));
    devices.sliceSeen(slice("n1", attributed("d1", "model", "b"), attributed("d2", "model", "a")));
    assertEquals(List.of("r/best=d2"), pick(claim));
  }

  @Test
  void on_firstAlternativeLeavesNothingForTheNext_goesOnToTheSecond() {
    devices.sliceSeen(slice("n1", many(3)));
    ResourceClaim claim =
        claim("c", firstOf("r", alternative("three", 3), alternative("one", 1)), request("s", 2));
    assertEquals(List.of("r/one=d0", "s=d1", "s=d2"), pick(claim));
  }

  @Test
  void on_moreDevicesThanAClaimMayHave_isRefusedOrAvoided() {
    devices.sliceSeen(slice("n1", many(40)));
    assertEquals(
        "claim default/c: number of requested devices 33 exceeds the claim limit of 32",
        mistake(claim("c", request("r", 33))));
    ResourceClaim claim =
        claim("c", firstOf("r", alternative("many", 32), alternative("few", 1)), request("s", 1));
    assertEquals(List.of("r/few=d0", "s=d1"), pick(claim));
  }

  @Test
  void on_partitionsOfOneCard_shareItsCounters() {
    devices.sliceSeen(
        slice("s1", s -> s.nodeName("n1").sharedCounters(List.of(card("40Gi"))), pool("p", 1, 2)));
    devices.sliceSeen(
        slice(
            "s2",
            s -> s.nodeName("n1"),
            pool("p", 1, 2),
            partition("whole", "40Gi"),
            partition("half-1", "20Gi"),
            partition("half-2", "20Gi")));
    assertEquals(List.of("r=half-1", "r=half-2"), pick(claim("c", request("r", 2))));
    ResourceClaim half = claim("h", request("r", 1));
    devices.assume(half, allocate(half).getFirst());
    assertEquals(NOT_ALL, refusal(claim("c", request("r", 1))));
  }

  @Test
  void on_hopelessSearch_endsInTime() {
    devices.sliceSeen(slice("n1", many(32)));
    DeviceConstraint distinct =
        DeviceConstraint.builder().distinctAttribute("gpu.example.com/x").build();
    assertEquals(NOT_ALL, refusal(constrained(distinct, request("r", 31))));
    Device[] odd =
        IntStream.range(0, 30)
            .mapToObj(i -> attributed("d" + i, "x", String.valueOf(i % 15)))
            .toArray(Device[]::new);
    devices.sliceSeen(slice("n1", odd));
    assertEquals(
        "timed out trying to allocate devices", refusal(constrained(distinct, request("r", 16))));
  }
}
