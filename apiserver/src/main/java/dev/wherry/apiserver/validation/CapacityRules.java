package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Rules of what may be asked for of a device's capacity that is shared (resource validation). */
final class CapacityRules {
  private static final int VALUES_MAX = 10;

  private CapacityRules() {}

  static void policy(Field capacity, boolean shared) {
    Field policy = capacity.child("requestPolicy");
    if (!policy.present()) {
      return;
    }
    if (!shared) {
      policy.forbidden("allowMultipleAllocations must be true");
      return;
    }
    Field values = policy.child("validValues");
    Field range = policy.child("validRange");
    Field usual = policy.child("default");
    if (!values.node().isEmpty() && range.present()) {
      policy.forbidden(
          "exactly one policy can be specified, cannot specify \"validValues\" and"
              + " \"validRange\" at the same time");
    } else if (!values.node().isEmpty()) {
      if (usual.require("required when validValues is defined")) {
        values(values, usual, capacity.child("value"));
      }
    } else if (range.present() && usual.require("required when validRange is defined")) {
      range(range, usual, capacity.child("value"));
    }
  }

  /** An absent amount is none. */
  private static String shown(Field amount) {
    return amount.hasText() ? amount.text() : "0";
  }

  private static BigDecimal amount(Field field) {
    Optional<Quantity> quantity = ResourceRules.parse(field);
    return quantity.map(Quantity::amount).orElse(BigDecimal.ZERO);
  }

  private static void values(Field values, Field usual, Field capacity) {
    List<Field> items = values.items();
    for (int i = 1; i < items.size(); i++) {
      if (amount(items.get(i - 1)).compareTo(amount(items.get(i))) > 0) {
        items.get(i).invalid("values must be sorted in ascending order");
      }
    }
    boolean found = false;
    if (ClaimRules.fits(values, VALUES_MAX)) {
      for (Field item : items) {
        if (amount(item).compareTo(amount(capacity)) > 0) {
          item.invalid("option is larger than capacity value: " + shown(capacity));
        }
        found |= amount(item).compareTo(amount(usual)) == 0;
      }
      ClaimRules.duplicates(values, "");
    }
    if (!found) {
      values
          .errors()
          .invalid(
              values.path(),
              usual.text(),
              "default value is not valid according to the requestPolicy");
    }
  }

  private static void range(Field range, Field usual, Field capacity) {
    Field min = range.child("min");
    Field max = range.child("max");
    if (!min.require("required when validRange is defined")) {
      return;
    }
    above(min, min, capacity, "min is larger than capacity value: ");
    below(min, usual, min, "default is less than min: ");
    if (max.present()) {
      above(max, min, max, "min is larger than max: ");
      above(max, max, capacity, "max is larger than capacity value: ");
      above(max, usual, max, "default is more than max: ");
    }
    step(range, usual, capacity);
  }

  private static void step(Field range, Field usual, Field capacity) {
    Field step = range.child("step");
    if (!step.present()) {
      return;
    }
    if (amount(range.child("min")).add(amount(step)).compareTo(amount(capacity)) > 0) {
      step.invalid(
          "one step %s is larger than capacity value: %s".formatted(sum(range), shown(capacity)));
    }
    for (Field value : List.of(usual, range.child("max"))) {
      if (value.present() && isBetweenSteps(value, range)) {
        step.errors()
            .invalid(
                step.path(),
                TextNode.valueOf(value.text()),
                "value is not a multiple of a given step (%s) from (%s)"
                    .formatted(step.text(), range.child("min").text()));
      }
    }
  }

  private static String sum(Field range) {
    Optional<Quantity> min = ResourceRules.parse(range.child("min"));
    Optional<Quantity> step = ResourceRules.parse(range.child("step"));
    return min.orElse(Quantity.ZERO).plus(step.orElse(Quantity.ZERO)).toString();
  }

  private static boolean isBetweenSteps(Field value, Field range) {
    BigDecimal step = amount(range.child("step"));
    BigDecimal added = amount(value).subtract(amount(range.child("min")));
    return step.signum() != 0 && added.remainder(step).signum() != 0;
  }

  private static void above(Field place, Field value, Field limit, String detail) {
    if (amount(value).compareTo(amount(limit)) > 0) {
      place.errors().invalid(place.path(), value.text(), detail + shown(limit));
    }
  }

  private static void below(Field place, Field value, Field limit, String detail) {
    if (amount(value).compareTo(amount(limit)) < 0) {
      place.errors().invalid(place.path(), value.text(), detail + shown(limit));
    }
  }
}
