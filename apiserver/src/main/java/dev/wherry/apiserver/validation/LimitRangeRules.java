package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Rules of LimitRanges (upstream's core validation). */
final class LimitRangeRules {
  private static final List<String> LISTS =
      List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio");
  private static final Set<String> TYPES = Set.of("Pod", "Container", "PersistentVolumeClaim");

  private LimitRangeRules() {}

  static void limitRange(Field range) {
    Field limits = range.at("spec", "limits");
    limits.uniqueBy("type");
    limits.items().forEach(LimitRangeRules::limit);
  }

  private static void limit(Field limit) {
    Field type = limit.child("type");
    type.matches(NameRules::qualified);
    if (type.text().indexOf('/') < 0 && !TYPES.contains(type.text())) {
      type.invalid("must be a standard limit type or fully qualified");
    }
    Set<String> names = new TreeSet<>();
    for (String list : LISTS) {
      for (Map.Entry<String, Field> entry : limit.child(list).entries()) {
        names.add(entry.getKey());
        name(entry.getKey(), entry.getValue());
      }
    }
    if (type.is("Pod")) {
      for (String list : List.of("default", "defaultRequest")) {
        if (!limit.child(list).entries().isEmpty()) {
          limit.child(list).forbidden("may not be specified when `type` is 'Pod'");
        }
      }
    }
    if (type.is("PersistentVolumeClaim")
        && !limit.at("min", "storage").present()
        && !limit.at("max", "storage").present()) {
      limit
          .errors()
          .required(
              limit.child("limits").path(),
              "either minimum or maximum storage value is required, but neither was provided");
    }
    names.forEach(name -> order(limit, name));
  }

  private static void name(String name, Field amount) {
    boolean standard = name.equals("storage") || QuotaRules.isStandard(name);
    ResourceRules.resourceName(
        name, amount, standard, "must be a standard resource type or fully qualified");
    ResourceRules.quantity(amount);
  }

  /** The five amounts of one resource beside each other. */
  private static void order(Field limit, String name) {
    Field request = limit.child("defaultRequest").entry(name);
    Field usual = limit.child("default").entry(name);
    Field min = limit.child("min").entry(name);
    Field max = limit.child("max").entry(name);
    notAbove(min, max, min, "min value", "max value");
    notAbove(min, request, request, "min value", "default request value");
    notAbove(request, max, request, "default request value", "max value");
    notAbove(request, usual, request, "default request value", "default limit value");
    notAbove(min, usual, usual, "min value", "default value");
    notAbove(usual, max, usual, "default value", "max value");
    Field ratio = limit.child("maxLimitRequestRatio").entry(name);
    Optional<Quantity> most = ResourceRules.parse(ratio);
    if (most.isPresent() && most.get().amount().compareTo(BigDecimal.ONE) < 0) {
      ratio.invalid("ratio " + ratio.text() + " is less than 1");
    }
  }

  private static void notAbove(
      Field small, Field large, Field shown, String smallName, String largeName) {
    Optional<Quantity> lower = ResourceRules.parse(small);
    Optional<Quantity> upper = ResourceRules.parse(large);
    if (lower.isPresent() && upper.isPresent() && lower.get().compareTo(upper.get()) > 0) {
      shown.invalid(
          "%s %s is greater than %s %s"
              .formatted(smallName, small.text(), largeName, large.text()));
    }
  }
}
