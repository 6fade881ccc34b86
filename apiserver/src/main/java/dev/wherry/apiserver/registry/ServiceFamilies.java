package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The families of one Service, and an address of each: what follows from its own fields, from those
 * before and from the cluster's ranges (rules: initIPFamilyFields, allocClusterIPs and
 * updateClusterIPs of upstream's alloc.go).
 */
final class ServiceFamilies {
  private static final String NONE = "None";
  private static final String IP = "clusterIP";
  private static final String IPS = "clusterIPs";
  private static final String FAMILIES = "ipFamilies";
  private static final String POLICY = "ipFamilyPolicy";
  private static final String SINGLE = "SingleStack";
  private static final String REQUIRE = "RequireDualStack";

  private final KindInfo kind;
  private final ObjectNode object;
  private final ObjectNode spec;
  private final JsonNode old;
  private final List<String> ips;
  private final List<String> families;
  private final ServiceRanges ranges;
  private final List<ApiException.Cause> wrong = new ArrayList<>();

  /**
   * @param object a Service that is no ExternalName, its {@code ipFamilyPolicy} filled in
   * @param old its spec before; missing at its creation
   * @param ranges where addresses come from
   */
  ServiceFamilies(KindInfo kind, ObjectNode object, JsonNode old, ServiceRanges ranges) {
    this.kind = kind;
    this.object = object;
    this.spec = object.withObject("/spec");
    this.old = old;
    this.ranges = ranges;
    this.ips = texts(spec, IPS);
    this.families = texts(spec, FAMILIES);
  }

  boolean isHeadless() {
    return !ips.isEmpty() && ips.getFirst().equals(NONE);
  }

  private boolean isSingle() {
    return policyNow().equals(SINGLE);
  }

  private String policyNow() {
    return spec.path(POLICY).asText();
  }

  /** Rule: initIPFamilyFields. */
  void families() {
    if (old.isObject()) {
      lessThanBefore();
    }
    if (isSingle()) {
      noSecond(ips, "cluster IPs");
      noSecond(families, "IP families");
    }
    familiesOfAddresses();
    stopIfWrong();
    if (isNobodysHeadless(spec)) {
      first();
      second(true);
    } else {
      configured();
      first();
      second(ranges.families().size() > 1);
    }
    write();
  }

  /** To let the second one go is said by the policy, never by leaving it out. */
  private void lessThanBefore() {
    List<String> ipsBefore = texts(old, IPS);
    List<String> familiesBefore = texts(old, FAMILIES);
    if (isSingle()) {
      trim(ips, ipsBefore);
      trim(families, familiesBefore);
      return;
    }
    if (!ips.isEmpty() && ips.size() < ipsBefore.size()) {
      wrongPolicy("must be 'SingleStack' to release the secondary cluster IP");
    }
    if (!families.isEmpty() && families.size() < familiesBefore.size()) {
      wrongPolicy("must be 'SingleStack' to release the secondary IP family");
    }
  }

  private static void trim(List<String> now, List<String> before) {
    if (now.size() > 1 && now.equals(before)) {
      now.subList(1, now.size()).clear();
    }
  }

  private void noSecond(List<String> list, String what) {
    if (list.size() == 2) {
      wrongPolicy(
          "must be 'RequireDualStack' or 'PreferDualStack' when multiple "
              + what
              + " are specified");
    }
  }

  private void familiesOfAddresses() {
    for (int i = 0; i < ips.size() && !isHeadless(); i++) {
      if (i >= families.size()) {
        String family = IpFamily.of(ips.get(i)).label();
        if (!isConfigured(family)) {
          wrong(IPS + "[" + i + "]", quoted(ips), family + " is not configured on this cluster");
        } else {
          families.add(family);
        }
      }
    }
  }

  private void configured() {
    if (policyNow().equals(REQUIRE) && ranges.families().size() < 2) {
      wrongPolicy("this cluster is not configured for dual-stack services");
    }
    for (int i = 0; i < families.size(); i++) {
      if (!isConfigured(families.get(i))) {
        wrong(
            FAMILIES + "[" + i + "]",
            "\"" + families.get(i) + "\"",
            "not configured on this cluster");
      }
    }
    stopIfWrong();
  }

  private void first() {
    if (families.isEmpty()) {
      families.add(ranges.families().getFirst());
    }
  }

  private void second(boolean possible) {
    if (possible && !isSingle() && families.size() == 1) {
      boolean v4 = families.getFirst().equals(IpFamily.IPV4.label());
      families.add((v4 ? IpFamily.IPV6 : IpFamily.IPV4).label());
    }
  }

  /** Rules: allocClusterIPs and updateClusterIPs. */
  void addresses(boolean fresh, Function<List<AddressRange>, String> free) {
    int first = fresh ? 0 : Math.max(texts(old, FAMILIES).size(), 1);
    for (int i = first; i < families.size(); i++) {
      List<AddressRange> given = ranges.of(families.get(i));
      if (i >= ips.size()) {
        ips.add(free.apply(given));
      } else if (!isInside(given, ips.get(i))) {
        String why = "the provided network does not match the current range";
        throw refused(kind, object, ips.get(i), why);
      }
    }
    write();
  }

  /** Why a Service cannot have an address that it names. */
  static ApiException refused(KindInfo kind, JsonNode object, String ip, String why) {
    return ApiException.invalid(
        kind,
        object.path("metadata").path("name").asText(),
        List.of(
            ApiException.Cause.invalid(
                "spec." + IPS,
                quoted(texts(object.path("spec"), IPS)),
                "failed to allocate IP " + ip + ": " + why)));
  }

  private void write() {
    if (!ips.isEmpty()) {
      spec.put(IP, ips.getFirst());
      put(IPS, ips);
    }
    put(FAMILIES, families);
  }

  private void put(String field, List<String> values) {
    ArrayNode array = spec.putArray(field);
    values.forEach(array::add);
  }

  private void wrongPolicy(String why) {
    wrong(POLICY, "\"" + policyNow() + "\"", why);
  }

  private static String quoted(List<String> values) {
    return "[\"" + String.join("\",\"", values) + "\"]";
  }

  private void wrong(String field, String value, String why) {
    wrong.add(ApiException.Cause.invalid("spec." + field, value, why));
  }

  private void stopIfWrong() {
    if (!wrong.isEmpty()) {
      throw ApiException.invalid(kind, object.path("metadata").path("name").asText(), wrong);
    }
  }

  /** Its endpoints are somebody's own, of whatever family. */
  static boolean isNobodysHeadless(JsonNode spec) {
    return spec.path(IP).asText().equals(NONE) && spec.path("selector").isEmpty();
  }

  static List<String> texts(JsonNode spec, String name) {
    List<String> texts = new ArrayList<>();
    spec.path(name).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static boolean isInside(List<AddressRange> given, String ip) {
    return given.stream().anyMatch(range -> range.containsHost(ip));
  }

  private boolean isConfigured(String family) {
    return ranges.families().contains(family);
  }
}
