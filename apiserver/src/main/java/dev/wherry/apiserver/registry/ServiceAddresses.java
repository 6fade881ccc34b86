package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * IP families and cluster addresses of Services: what a client left out is filled in, also at a
 * change of {@code ipFamilyPolicy} (rules: upstream's registry of Services, alloc.go and storage.go
 * of pkg/registry/core/service/storage).
 */
final class ServiceAddresses {
  private static final String IP = "clusterIP";
  private static final String IPS = "clusterIPs";
  private static final String FAMILIES = "ipFamilies";
  private static final String POLICY = "ipFamilyPolicy";
  private static final String SINGLE = "SingleStack";
  private static final String PREFER = "PreferDualStack";
  private static final String REQUIRE = "RequireDualStack";

  /** The lower part is for addresses that are asked for by hand, until the rest is given out. */
  private static final int BY_HAND_MIN = 16;

  private static final int BY_HAND_MAX = 256;
  private static final int BY_HAND_PART = 16;

  /** How many addresses of a range are looked at; no first range has more. */
  private static final int TRIES_MAX = 1 << 20;

  /** So many first, so that a full range costs little where another has room. */
  private static final int QUICK_MAX = 64;

  private final ServiceRanges ranges;
  private final RandomGenerator random;
  private final BiConsumer<KindInfo, ObjectNode> check;

  /**
   * @param ranges where addresses come from
   * @param check throws where the fields contradict each other
   */
  ServiceAddresses(
      ServiceRanges ranges, RandomGenerator random, BiConsumer<KindInfo, ObjectNode> check) {
    this.ranges = ranges;
    this.random = random;
    this.check = check;
  }

  /** A Service that becomes a name loses what it did not ask to keep. */
  static void dropForName(ObjectNode spec, JsonNode old) {
    if (spec.path(IP).equals(old.path(IP)) && spec.path(IPS).equals(old.path(IPS))) {
      spec.remove(List.of(IP, IPS));
    }
    for (String name : List.of(FAMILIES, POLICY)) {
      if (spec.path(name).equals(old.path(name))) {
        spec.remove(name);
      }
    }
  }

  /**
   * @param object a Service that is no ExternalName
   * @param old its spec before; missing at its creation
   * @param take holds an address for this Service, or says that it is somebody's
   */
  void allocate(KindInfo kind, ObjectNode object, JsonNode old, Predicate<String> take) {
    ObjectNode spec = object.withObject("/spec");
    boolean fresh = !old.isObject() || old.path("type").asText().equals("ExternalName");
    if (!fresh) {
      keep(spec, old);
    }
    pair(spec, old);
    if (isPreferredAsBefore(spec, old)) {
      return;
    }
    if (spec.path(POLICY).asText().isEmpty()) {
      spec.put(POLICY, policy(spec, old));
    }
    check.accept(kind, object);
    ServiceFamilies filling = new ServiceFamilies(kind, object, old, ranges);
    filling.families();
    if (!filling.isHeadless()) {
      filling.addresses(fresh, given -> free(given, take));
    }
  }

  /** Rule: patchAllocatedValues; who replaces a Service need not know its addresses. */
  private static void keep(ObjectNode spec, JsonNode old) {
    if (spec.path(IP).asText().isEmpty() && old.has(IP)) {
      spec.set(IP, old.get(IP));
    }
    if (spec.path(IPS).isEmpty() && !old.path(IPS).isEmpty()) {
      spec.set(IPS, old.get(IPS).deepCopy());
    }
  }

  /** Rule: normalizeClusterIPs; older clients know only the one address. */
  private static void pair(ObjectNode spec, JsonNode old) {
    String ip = spec.path(IP).asText();
    boolean alone = spec.path(IPS).isEmpty();
    boolean changed =
        old.isObject()
            && !ip.equals(old.path(IP).asText())
            && ServiceFamilies.texts(spec, IPS).equals(ServiceFamilies.texts(old, IPS));
    if (!ip.isEmpty() && (alone || changed)) {
      spec.putArray(IPS).add(ip);
    }
  }

  /** Rule: isMatchingPreferDualStackClusterIPFields; no Service changes unasked. */
  private static boolean isPreferredAsBefore(JsonNode spec, JsonNode old) {
    return spec.path(POLICY).asText().equals(PREFER)
        && old.path(POLICY).asText().equals(PREFER)
        && spec.path("type").equals(old.path("type"))
        && ServiceFamilies.texts(spec, IPS).equals(ServiceFamilies.texts(old, IPS))
        && ServiceFamilies.texts(spec, FAMILIES).equals(ServiceFamilies.texts(old, FAMILIES));
  }

  private static String policy(JsonNode spec, JsonNode old) {
    String before = old.path(POLICY).asText();
    if (!before.isEmpty()) {
      return before;
    }
    return ServiceFamilies.isNobodysHeadless(spec) ? REQUIRE : SINGLE;
  }

  private String free(List<AddressRange> given, Predicate<String> take) {
    return first(given, range -> free(range, byHand(range) + 1, range.size(), QUICK_MAX, take))
        .or(() -> first(given, range -> free(range, take)))
        .orElseThrow(() -> ApiException.internal("failed to allocate a serviceIP: range is full"));
  }

  private static Optional<String> first(
      List<AddressRange> given, Function<AddressRange, Optional<String>> search) {
    return given.stream().flatMap(range -> search.apply(range).stream()).findFirst();
  }

  /** Rule: allocateNextService: from anywhere in the upper part on, then in the lower one. */
  private Optional<String> free(AddressRange range, Predicate<String> take) {
    int byHand = byHand(range);
    return free(range, byHand + 1, range.size(), TRIES_MAX, take)
        .or(() -> free(range, 1, byHand, TRIES_MAX, take));
  }

  /** Rule: calculateRangeOffset (KEP 3070). */
  private static int byHand(AddressRange range) {
    long all = range.size() + 2L;
    return all <= BY_HAND_MIN ? 0 : Math.clamp(all / BY_HAND_PART, BY_HAND_MIN, BY_HAND_MAX);
  }

  private Optional<String> free(
      AddressRange range, int from, int to, int triesMax, Predicate<String> take) {
    int count = to - from + 1;
    int start = count > 0 ? random.nextInt(count) : 0;
    for (int i = 0; i < Math.min(count, triesMax); i++) {
      String ip = range.at(from + (int) (((long) start + i) % count));
      if (take.test(ip)) {
        return Optional.of(ip);
      }
    }
    return Optional.empty();
  }
}
