package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.List;

/** Rules of devices' taints and what tolerates them (resource validation). */
final class TaintRules {
  private static final List<String> EFFECTS = List.of("NoExecute", "NoSchedule", "None");
  private static final List<String> OPERATORS = List.of("Equal", "Exists");

  private TaintRules() {}

  static void taint(Field taint) {
    SelectorRules.labelKey(taint.child("key"));
    taint.child("value").matches(NameRules::labelValue);
    if (taint.child("effect").require()) {
      taint.child("effect").oneOf(EFFECTS);
    }
  }

  static void toleration(Field toleration) {
    toleration.child("key").matches(NameRules::qualified);
    Field value = toleration.child("value");
    Field operator = toleration.child("operator");
    switch (operator.text()) {
      case "Exists" -> {
        if (value.hasText()) {
          value.invalid("must be empty for operator `Exists`");
        }
      }
      case "Equal" -> value.matches(NameRules::labelValue);
      case "" -> operator.require();
      default -> operator.oneOf(OPERATORS);
    }
    toleration.child("effect").oneOf(EFFECTS);
  }
}
