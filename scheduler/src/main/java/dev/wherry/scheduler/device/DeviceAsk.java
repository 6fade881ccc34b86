package dev.wherry.scheduler.device;

import dev.wherry.model.Quantity;
import dev.wherry.model.resource.v1.CapacityRequirements;
import dev.wherry.model.resource.v1.DeviceClaim;
import dev.wherry.model.resource.v1.DeviceRequest;
import dev.wherry.model.resource.v1.DeviceSelector;
import dev.wherry.model.resource.v1.DeviceToleration;
import dev.wherry.model.resource.v1.ExactDeviceRequest;
import dev.wherry.model.resource.v1.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request of a claim, or one of a request's alternatives.
 *
 * @param parent name of the request that this is an alternative of; "" for a request of its own
 * @param mode {@code ExactCount} or {@code All}
 * @param count how many devices; not looked at for {@code All}
 * @param admin whether devices are only watched, whoever has them
 * @param capacity what a device must have at least
 */
record DeviceAsk(
    String parent,
    String name,
    String className,
    String mode,
    long count,
    boolean admin,
    List<DeviceSelector> selectors,
    List<DeviceToleration> tolerations,
    Map<String, Quantity> capacity) {
  static final String ALL = "All";
  static final String EXACT_COUNT = "ExactCount";

  /** The alternatives of every request of a claim; one for a request that has none. */
  static List<List<DeviceAsk>> of(ResourceClaim claim) {
    DeviceClaim devices = claim.spec().devices();
    List<List<DeviceAsk>> asks = new ArrayList<>();
    if (devices != null) {
      devices.requests().forEach(request -> asks.add(of(request)));
    }
    return asks;
  }

  private static List<DeviceAsk> of(DeviceRequest request) {
    ExactDeviceRequest exact = request.exactly();
    if (request.firstAvailable().isEmpty()) {
      ExactDeviceRequest asked = exact == null ? ExactDeviceRequest.EMPTY : exact;
      return List.of(
          new DeviceAsk(
              "",
              request.name(),
              asked.deviceClassName(),
              asked.allocationMode(),
              count(asked.count()),
              Boolean.TRUE.equals(asked.adminAccess()),
              asked.selectors(),
              asked.tolerations(),
              amounts(asked.capacity())));
    }
    List<DeviceAsk> alternatives = new ArrayList<>();
    request
        .firstAvailable()
        .forEach(one ->
            alternatives.add(
                new DeviceAsk(
                    request.name(),
                    one.name(),
                    one.deviceClassName(),
                    one.allocationMode(),
                    count(one.count()),
                    false,
                    one.selectors(),
                    one.tolerations(),
                    amounts(one.capacity()))));
    return alternatives;
  }

  private static long count(@Nullable Long count) {
    return count == null ? 1 : count;
  }

  private static Map<String, Quantity> amounts(@Nullable CapacityRequirements capacity) {
    return capacity == null ? Map.of() : capacity.requests();
  }

  boolean isAlternative() {
    return !parent.isEmpty();
  }

  /** As results and configurations name it: {@code REQUEST} or {@code REQUEST/ALTERNATIVE}. */
  String fullName() {
    return isAlternative() ? parent + "/" + name : name;
  }

  /** The request as it stands in the claim. */
  String requestName() {
    return isAlternative() ? parent : name;
  }

  boolean wantsAll() {
    return mode.equals(ALL);
  }

  /** Whether one of these names means it; all are meant by none. */
  boolean isAmong(List<String> names) {
    return names.isEmpty() || names.contains(requestName()) || names.contains(fullName());
  }
}
