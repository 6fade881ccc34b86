package dev.wherry.scheduler.device;

import dev.wherry.model.resource.v1.DeviceClaim;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.DeviceConstraint;
import dev.wherry.model.resource.v1.ResourceClaim;
import java.util.List;

/**
 * A claim on one node: its requests with what each may get there.
 *
 * @param requests the alternatives of every request
 */
record ClaimAsk(ResourceClaim claim, List<List<Wanted>> requests, List<Constraint> constraints) {
  /**
   * A request, or an alternative, on one node.
   *
   * @param fitting the devices that meet its selectors, taken ones included, in the order in which
   *     they are tried
   * @param count how many of them it wants
   */
  record Wanted(DeviceAsk ask, DeviceClass deviceClass, List<Candidate> fitting, long count) {}

  static List<DeviceConstraint> constraintsOf(ResourceClaim claim) {
    DeviceClaim devices = claim.spec().devices();
    return devices == null ? List.of() : devices.constraints();
  }

  /** The fewest devices that serve it. */
  long leastDevices() {
    return requests.stream()
        .mapToLong(alternatives -> alternatives.stream().mapToLong(Wanted::count).min().orElse(0))
        .sum();
  }
}
