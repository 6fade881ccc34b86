package dev.wherry.apiserver.validation;

import dev.wherry.machinery.address.IpFamily;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rules of Services' addresses and IP families (core validation: of the fields that belong
 * together, and of what an update may release and add).
 */
final class ServiceFamilyRules {
  private static final int ADDRESSES_MAX = 2;
  private static final List<String> FAMILIES =
      List.of(IpFamily.IPV4.label(), IpFamily.IPV6.label());
  private static final String SINGLE = "SingleStack";
  private static final List<String> POLICIES =
      List.of("PreferDualStack", "RequireDualStack", SINGLE);
  private static final String FIXED = "may not change once set";

  private ServiceFamilyRules() {}

  private static boolean isHeadless(Field spec) {
    return spec.child("clusterIP").is("None");
  }

  private static boolean isName(Field spec) {
    return spec.child("type").is("ExternalName");
  }

  /** Rule: ValidateServiceClusterIPsRelatedFields. */
  static void check(Field spec) {
    if (isName(spec)) {
      return;
    }
    Field list = spec.child("clusterIPs");
    List<Field> ips = list.items();
    Field single = spec.child("clusterIP");
    if (single.hasText() && ips.isEmpty()) {
      list.errors().required(list.path(), "");
    } else if (single.hasText() && !ips.getFirst().is(single.text())) {
      list.invalid("first value must match `clusterIP`");
    } else if (!single.hasText() && !ips.isEmpty()) {
      list.invalid("must be empty when `clusterIP` is not specified");
    }
    List<Field> families = spec.child("ipFamilies").unique().items();
    families.forEach(family -> family.oneOf(FAMILIES));
    spec.optional("ipFamilyPolicy").oneOf(POLICIES);
    int before = list.errors().causes().size();
    for (Field ip : ips) {
      if (!ip.is("None")) {
        ip.matches(Addresses::ip);
      } else if (ips.size() > 1) {
        list.invalid("'None' must be the first and only value");
      }
    }
    boolean invalid = list.errors().causes().size() > before;
    if (ips.size() > ADDRESSES_MAX) {
      list.invalid("may only hold up to " + ADDRESSES_MAX + " values");
    }
    if (!invalid) {
      match(list, ips, families, isHeadless(spec));
    }
  }

  private static void match(Field list, List<Field> ips, List<Field> families, boolean headless) {
    long fours = ips.stream().filter(ip -> Addresses.isV4(ip.text())).count();
    if (ips.size() > 1 && !(ips.size() == ADDRESSES_MAX && fours == 1)) {
      list.invalid("may specify no more than one IP for each IP family");
    }
    for (int i = 0; i < Math.min(ips.size(), families.size()) && !headless; i++) {
      String family = families.get(i).text();
      if (FAMILIES.contains(family) && !family.equals(IpFamily.of(ips.get(i).text()).label())) {
        ips.get(i)
            .invalid("expected an %s value as indicated by `ipFamilies[%d]`".formatted(family, i));
      }
    }
  }

  /** Rules: validateUpgradeDowngradeClusterIPs, validateUpgradeDowngradeIPFamilies. */
  static void update(Field service, Field oldService) {
    Field spec = service.child("spec");
    Field old = oldService.child("spec");
    if (isName(spec) || isName(old)) {
      return;
    }
    if (!isHeadless(spec) || !isHeadless(old)) {
      change(spec, old, "clusterIPs", "clusterIP", "primary clusterIP can not be unset");
    }
    if (!isHeadless(spec) && !isHeadless(old)) {
      change(spec, old, "ipFamilies", "ipFamily", "primary ipFamily can not be unset");
    }
  }

  private static void change(Field spec, Field old, String name, String one, String unset) {
    List<Field> before = old.child(name).items();
    List<Field> now = spec.child(name).items();
    Field list = spec.child(name);
    if (before.isEmpty()) {
      return;
    }
    if (now.isEmpty()) {
      list.errors().invalid(list.path() + "[0]", list.node(), unset);
      return;
    }
    int shared = now.size() == before.size() ? now.size() : 1;
    IntStream.range(0, shared)
        .filter(i -> !now.get(i).is(before.get(i).text()))
        .forEach(i -> list.errors().invalid(now.get(i).path(), list.node(), FIXED));
    Field policy = spec.child("ipFamilyPolicy");
    if (now.size() < before.size() && !policy.is(SINGLE)) {
      policy.invalid("must be set to 'SingleStack' when releasing the secondary " + one);
    }
  }
}
