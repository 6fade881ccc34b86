package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.function.BiConsumer;
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
  private static final int DYNAMIC_FROM = 256;

  private static final int TRIES_MAX = 4_096;

  private final List<AddressRange> ranges;
  private final RandomGenerator random;
  private final Predicate<String> taken;
  private final BiConsumer<KindInfo, ObjectNode> check;

  /**
   * @param ranges one per family, the cluster's first one first
   * @param taken whether a Service has an address
   * @param check throws where the fields contradict each other
   */
  ServiceAddresses(
      List<AddressRange> ranges,
      RandomGenerator random,
      Predicate<String> taken,
      BiConsumer<KindInfo, ObjectNode> check) {
    this.ranges = List.copyOf(ranges);
    this.random = random;
    this.taken = taken;
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
   */
  void allocate(KindInfo kind, ObjectNode object, JsonNode old) {
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
      filling.addresses(fresh, this::free);
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

  private String free(AddressRange range) {
    int size = range.size();
    int from = Math.min(DYNAMIC_FROM, size / 2);
    for (int i = 0; i < TRIES_MAX; i++) {
      String ip = range.at(from + random.nextInt(size - from - 1));
      if (!taken.test(ip)) {
        return ip;
      }
    }
    for (int place = 1; place <= Math.min(size, TRIES_MAX); place++) {
      if (!taken.test(range.at(place))) {
        return range.at(place);
      }
    }
    throw ApiException.internal("failed to allocate a serviceIP: range is full");
  }
}
