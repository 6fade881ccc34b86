package dev.wherry.controllers.servicecidr;

import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.networking.v1.IPAddress;
import dev.wherry.model.networking.v1.ServiceCIDR;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who needs a range of Services' addresses. Pure.
 *
 * @param all every ServiceCIDR
 * @param addresses every IPAddress
 */
record RangeUse(Collection<ServiceCIDR> all, Collection<IPAddress> addresses) {
  /** The label of addresses that the allocator of Services gives out. */
  static final String MANAGED_BY = "ipaddress.kubernetes.io/managed-by";

  static final String ALLOCATOR = "ipallocator.k8s.io";

  /** Ranges with an address in common with one of its own; itself is none of them. */
  static List<String> overlapping(ServiceCIDR range, Collection<ServiceCIDR> all) {
    return all.stream()
        .filter(other -> !isSame(range, other))
        .filter(other -> ranges(range).anyMatch(own -> ranges(other).anyMatch(own::overlaps)))
        .map(other -> other.metadata().name())
        .toList();
  }

  /** Ranges that an address of a Service is in; addresses kept by others need none. */
  static List<ServiceCIDR> containing(IPAddress address, Collection<ServiceCIDR> all) {
    if (!isManaged(address)) {
      return List.of();
    }
    return all.stream().filter(range -> has(range, address)).toList();
  }

  static boolean isManaged(IPAddress address) {
    return address.metadata().labels().getOrDefault(MANAGED_BY, "").equals(ALLOCATOR);
  }

  /** Whether no address would be without a range (rule: canDeleteCIDR). */
  boolean mayGo(ServiceCIDR range) {
    boolean covered =
        ranges(range)
            .allMatch(own ->
                all.stream()
                    .filter(other -> !isSame(range, other))
                    .flatMap(RangeUse::ranges)
                    .anyMatch(other -> other.contains(own)));
    return covered
        || addresses.stream()
            .filter(address -> has(range, address))
            .map(address -> containing(address, all))
            .noneMatch(found -> found.size() == 1 && isSame(range, found.getFirst()));
  }

  private static boolean isSame(ServiceCIDR one, ServiceCIDR other) {
    return one.metadata().name().equals(other.metadata().name());
  }

  private static boolean has(ServiceCIDR range, IPAddress address) {
    return ranges(range).anyMatch(own -> own.containsHost(address.metadata().name()));
  }

  private static Stream<AddressRange> ranges(ServiceCIDR range) {
    return range.spec().cidrs().stream().map(AddressRange::around).flatMap(Optional::stream);
  }
}
