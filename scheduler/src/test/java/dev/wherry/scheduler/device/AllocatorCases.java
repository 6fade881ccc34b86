package dev.wherry.scheduler.device;

import static dev.wherry.scheduler.device.DeviceFixtures.CLASS;
import static dev.wherry.scheduler.device.DeviceFixtures.EXPRESSIONS;
import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.device;
import static dev.wherry.scheduler.device.DeviceFixtures.deviceClass;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceClaim;
import dev.wherry.model.resource.v1.DeviceConstraint;
import dev.wherry.model.resource.v1.DeviceRequest;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.Fixtures;
import dev.wherry.scheduler.framework.PluginException;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.NodeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;

/** A node, its devices, and what claims get of them. */
abstract class AllocatorCases {
  static final String NOT_ALL = "cannot allocate all claims";

  final Devices devices = new Devices();
  final NodeView node = Fixtures.node("n1").label("zone", "a").build();

  @BeforeEach
  void addClass() {
    devices.classSeen(deviceClass(CLASS));
  }

  DeviceAllocator.Offer offer(ResourceClaim... claims) {
    return new DeviceAllocator(List.of(claims), devices, new DeviceSelectors(EXPRESSIONS)).on(node);
  }

  List<AllocationResult> allocate(ResourceClaim... claims) {
    return switch (offer(claims)) {
      case DeviceAllocator.Offer.Served(List<AllocationResult> allocations) -> allocations;
      case DeviceAllocator.Offer.NotServed(String why) -> throw new AssertionError(why);
    };
  }

  /** {@code REQUEST=DEVICE} of all claims. */
  List<String> pick(ResourceClaim... claims) {
    List<String> all = new ArrayList<>();
    for (AllocationResult one : allocate(claims)) {
      Objects.requireNonNull(one.devices())
          .results()
          .forEach(result -> all.add(result.request() + "=" + result.device()));
    }
    return all;
  }

  String refusal(ResourceClaim... claims) {
    return offer(claims) instanceof DeviceAllocator.Offer.NotServed(String why) ? why : "";
  }

  String mistake(ResourceClaim... claims) {
    return String.valueOf(assertThrows(PluginException.class, () -> offer(claims)).getMessage());
  }

  static ResourceClaim constrained(DeviceConstraint constraint, DeviceRequest... requests) {
    return claim(
        "c",
        DeviceClaim.builder().requests(List.of(requests)).constraints(List.of(constraint)).build());
  }

  static Device[] many(int count) {
    return IntStream.range(0, count).mapToObj(i -> device("d" + i)).toArray(Device[]::new);
  }
}
