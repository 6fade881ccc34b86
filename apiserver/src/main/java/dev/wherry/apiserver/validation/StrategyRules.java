package dev.wherry.apiserver.validation;

import java.util.List;

/** How workloads replace their pods (apps validation). */
final class StrategyRules {
  private StrategyRules() {}

  static void deployment(Field strategy) {
    type(strategy);
    if (strategy.child("type").is("Recreate") && strategy.child("rollingUpdate").present()) {
      strategy
          .child("rollingUpdate")
          .forbidden("may not be specified when strategy `type` is 'Recreate'");
    }
    if (strategy.child("type").is("RollingUpdate")) {
      rolling(strategy.child("rollingUpdate"));
    }
  }

  static void daemonSet(Field strategy) {
    type(strategy);
    if (!strategy.child("type").is("RollingUpdate")) {
      return;
    }
    Field rolling = strategy.child("rollingUpdate");
    for (String name : List.of("maxUnavailable", "maxSurge")) {
      intOrPercent(rolling.child(name));
      notOverAll(rolling.child(name));
    }
    boolean unavailable = !none(rolling.child("maxUnavailable"));
    boolean surge = !none(rolling.child("maxSurge"));
    if (unavailable && surge) {
      rolling.child("maxSurge").invalid("may not be set when maxUnavailable is non-zero");
    } else if (rolling.present() && !unavailable && !surge) {
      Field missing = rolling.child("maxUnavailable");
      missing.errors().required(missing.path(), "cannot be 0 when maxSurge is 0");
    }
  }

  /** Upstream tells an unknown type of what it stands in. */
  private static void type(Field strategy) {
    String type = strategy.child("type").text();
    List<String> types =
        List.of(
            strategy.path().endsWith("updateStrategy") ? "OnDelete" : "Recreate", "RollingUpdate");
    if (!types.contains(type)) {
      strategy.errors().unsupported(strategy.path(), strategy.node(), types);
    }
  }

  private static void rolling(Field rolling) {
    Field surge = rolling.child("maxSurge");
    Field unavailable = rolling.child("maxUnavailable");
    intOrPercent(surge);
    intOrPercent(unavailable);
    if (zero(surge) && zero(unavailable)) {
      unavailable.invalid("may not be 0 when `maxSurge` is 0");
    }
  }

  static void statefulSet(Field strategy) {
    Field rolling = strategy.child("rollingUpdate");
    switch (strategy.child("type").text()) {
      case "RollingUpdate" -> {
        rolling.child("partition").nonNegative();
        Field unavailable = rolling.child("maxUnavailable");
        intOrPercent(unavailable);
        if (zero(unavailable)) {
          unavailable.invalid("cannot be 0");
        }
        notOverAll(unavailable);
      }
      case "OnDelete" -> {
        if (rolling.present()) {
          rolling.invalid("only allowed for updateStrategy 'RollingUpdate'");
        }
      }
      default -> strategy.invalid("must be 'RollingUpdate' or 'OnDelete'");
    }
  }

  static void notOverAll(Field number) {
    if (number.text().matches("[0-9]{1,9}%")
        && Integer.parseInt(number.text().replace("%", "")) > 100) {
      number.invalid("must not be greater than 100%");
    }
  }

  static void intOrPercent(Field value) {
    if (value.node().isNumber()) {
      value.nonNegative();
    } else if (value.present() && !value.text().matches("[0-9]+%")) {
      value.invalid(
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used"
              + " for validation is '[0-9]+%')");
    }
  }

  private static boolean none(Field value) {
    return !value.present() || zero(value);
  }

  private static boolean zero(Field value) {
    return value.present() && (value.is("0") || value.is("0%"));
  }
}
