package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.List;

/** Rules of ranges of Services' addresses and of single ones (networking validation). */
final class AddressRules {
  private static final int RANGES_MAX = 2;

  private AddressRules() {}

  static void ranges(Field serviceCidr) {
    Field ranges = serviceCidr.at("spec", "cidrs");
    List<Field> items = ranges.items();
    if (items.isEmpty()) {
      ranges.errors().required(ranges.path(), "at least one CIDR required");
      return;
    }
    if (items.size() > RANGES_MAX) {
      JsonNode spec = serviceCidr.child("spec").node();
      ranges.errors().invalid(ranges.path(), spec, "may only hold up to 2 values");
      return;
    }
    for (Field range : items) {
      Addresses.strictCidr(range.text())
          .forEach(why -> range.errors().invalid(range.path(), range.text(), why));
    }
    boolean valid = items.stream().allMatch(r -> Addresses.cidr(r.text()).isEmpty());
    if (items.size() == RANGES_MAX
        && valid
        && items.get(0).text().contains(":") == items.get(1).text().contains(":")) {
      ranges.invalid(
          "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and"
              + " 2001:db8::/64");
    }
  }

  /** A second family may be added; nothing else may change. */
  static void rangesUpdate(Field serviceCidr, Field old) {
    Field ranges = serviceCidr.at("spec", "cidrs");
    List<Field> now = ranges.items();
    List<Field> before = old.at("spec", "cidrs").items();
    boolean grown = before.size() == 1 && now.size() == RANGES_MAX;
    if (before.size() != now.size() && !grown) {
      ranges.invalid("field is immutable");
      return;
    }
    for (int i = 0; i < before.size(); i++) {
      KindRules.immutable(now.get(i), before.get(i));
    }
    if (grown) {
      ranges(serviceCidr);
    }
  }

  static void address(Field address) {
    Field parent = address.at("spec", "parentRef");
    if (!parent.present()) {
      parent.require();
      return;
    }
    parent.child("group").matches(NameRules::subdomain);
    for (String name : List.of("resource", "name")) {
      if (parent.child(name).require()) {
        parent.child(name).matches(NameRules::pathSegment);
      }
    }
    parent.child("namespace").matches(NameRules::pathSegment);
  }

  static void addressUpdate(Field address, Field old) {
    KindRules.immutable(address.at("spec", "parentRef"), old.at("spec", "parentRef"));
  }
}
