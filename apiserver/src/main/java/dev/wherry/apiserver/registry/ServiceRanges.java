package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.IpFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Where Services' addresses come from: the ranges of every ServiceCIDR that is ready and not being
 * deleted (rule: MetaAllocator of upstream's ipallocator). Which families the cluster has follows
 * from its first ranges alone.
 */
final class ServiceRanges {
  /** networking.k8s.io/servicecidrs. */
  static final Resource RESOURCE = new Resource("networking.k8s.io", "servicecidrs");

  /** The one of the cluster's first ranges. */
  private static final String FIRST = "kubernetes";

  /** Longer ranges of IPv6 are nobody's (NewIPAllocator). */
  private static final int IPV6_BITS_MIN = 64;

  private final List<AddressRange> first;
  private final Supplier<? extends List<? extends JsonNode>> objects;

  /**
   * @param first one per family, the cluster's first one first; they count until their object is
   *     there
   * @param objects the ServiceCIDRs as they are now
   */
  ServiceRanges(List<AddressRange> first, Supplier<? extends List<? extends JsonNode>> objects) {
    this.first = List.copyOf(first);
    this.objects = objects;
  }

  /** Labels of the cluster's families, the first one first. */
  List<String> families() {
    return first.stream().map(range -> range.family().label()).toList();
  }

  /** The ranges of a family from which addresses are given; the cluster's first one first. */
  List<AddressRange> of(String family) {
    List<? extends JsonNode> now = objects.get();
    List<AddressRange> ranges = new ArrayList<>();
    if (now.stream().noneMatch(ServiceRanges::isFirst)) {
      ranges.addAll(first);
    }
    now.stream()
        .filter(ServiceRanges::isReady)
        .sorted(Comparator.comparing(ServiceRanges::isFirst).reversed())
        .flatMap(ServiceRanges::ranges)
        .forEach(ranges::add);
    return ranges.stream()
        .filter(range -> range.family().label().equals(family))
        .filter(range -> range.family() == IpFamily.IPV4 || range.prefixBits() >= IPV6_BITS_MIN)
        .distinct()
        .toList();
  }

  private static boolean isFirst(JsonNode object) {
    return object.path("metadata").path("name").asText().equals(FIRST);
  }

  private static Stream<AddressRange> ranges(JsonNode object) {
    return object
        .path("spec")
        .path("cidrs")
        .valueStream()
        .map(text -> AddressRange.around(text.asText()))
        .flatMap(Optional::stream);
  }

  /** Rule: isReady; without a condition it is, so that no controller is needed. */
  private static boolean isReady(JsonNode object) {
    if (object.path("metadata").has("deletionTimestamp")) {
      return false;
    }
    return object
        .path("status")
        .path("conditions")
        .valueStream()
        .filter(condition -> condition.path("type").asText().equals("Ready"))
        .allMatch(condition -> condition.path("status").asText().equals("True"));
  }
}
