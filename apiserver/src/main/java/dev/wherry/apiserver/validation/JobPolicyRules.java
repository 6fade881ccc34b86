package dev.wherry.apiserver.validation;

import dev.wherry.model.status.ApiException.Cause;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of what a Job makes of pods that fail and of indexes that succeed (batch validation). */
final class JobPolicyRules {
  private static final int RULES_MAX = 20;
  private static final int EXIT_CODES_MAX = 255;
  private static final int PATTERNS_MAX = 20;
  private static final int INDEXES_BYTES_MAX = 64 * 1024;
  private static final List<String> ACTIONS = List.of("Count", "FailIndex", "FailJob", "Ignore");
  private static final List<String> STATUSES = List.of("False", "True", "Unknown");

  private JobPolicyRules() {}

  static void failures(Field spec) {
    Field policy = spec.child("podFailurePolicy");
    if (!policy.present()) {
      return;
    }
    Field rules = policy.child("rules");
    ClaimRules.fits(rules, RULES_MAX);
    Set<String> containers = new HashSet<>();
    for (String list : List.of("containers", "initContainers")) {
      spec.at("template", "spec", list)
          .items()
          .forEach(container -> containers.add(container.child("name").text()));
    }
    boolean perIndex = spec.child("backoffLimitPerIndex").present();
    rules.items().forEach(rule -> failure(rule, perIndex, containers));
  }

  private static void failure(Field rule, boolean perIndex, Set<String> containers) {
    Field action = rule.child("action");
    if (action.require("valid values: " + quoted(ACTIONS))) {
      action.oneOf(ACTIONS);
    }
    if (action.is("FailIndex") && !perIndex) {
      action.invalid("requires the backoffLimitPerIndex to be set");
    }
    Field codes = rule.child("onExitCodes");
    Field conditions = rule.child("onPodConditions");
    if (codes.present()) {
      exitCodes(codes, containers);
    }
    ClaimRules.fits(conditions, PATTERNS_MAX);
    for (Field pattern : conditions.items()) {
      SelectorRules.labelKey(pattern.child("type"));
      Field status = pattern.child("status");
      if (status.require("valid values: " + quoted(STATUSES))) {
        status.oneOf(STATUSES);
      }
    }
    boolean any = !conditions.node().isEmpty();
    if (codes.present() && any) {
      whole(rule, "specifying both OnExitCodes and OnPodConditions is not supported");
    } else if (!codes.present() && !any) {
      whole(rule, "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }

  /** A mistake of an object whose value is not shown. */
  private static void whole(Field rule, String detail) {
    rule.errors().add(new Cause("FieldValueInvalid", "Invalid value: " + detail, rule.path()));
  }

  private static String quoted(List<String> values) {
    return "[\"" + String.join("\" \"", values) + "\"]";
  }

  private static void exitCodes(Field codes, Set<String> containers) {
    Field operator = codes.child("operator");
    if (operator.require("valid values: " + quoted(List.of("In", "NotIn")))) {
      operator.oneOf(List.of("In", "NotIn"));
    }
    Field name = codes.child("containerName");
    if (name.present() && !containers.contains(name.text())) {
      name.invalid("must be one of the container or initContainer names in the pod template");
    }
    Field values = codes.child("values");
    if (values.node().isEmpty()) {
      values.invalid("at least one value is required");
      return;
    }
    ClaimRules.fits(values, EXIT_CODES_MAX);
    boolean ordered = true;
    long last = Long.MIN_VALUE;
    for (Field value : values.items()) {
      if (operator.is("In") && value.number() == 0) {
        value.invalid("must not be 0 for the In operator");
      }
      ordered &= last <= value.number();
      last = value.number();
    }
    ClaimRules.duplicates(values, "");
    if (!ordered) {
      values.invalid("must be ordered");
    }
  }

  static void success(Field spec, boolean indexed) {
    Field policy = spec.child("successPolicy");
    if (!policy.present()) {
      return;
    }
    if (!indexed) {
      policy.invalid("requires indexed completion mode");
      return;
    }
    Field rules = policy.child("rules");
    if (rules.node().isEmpty()) {
      rules
          .errors()
          .required(
              rules.path(),
              "at least one rules must be specified when the successPolicy is specified");
    }
    ClaimRules.fits(rules, RULES_MAX);
    long completions = spec.child("completions").number();
    rules.items().forEach(rule -> successRule(rule, completions));
  }

  private static void successRule(Field rule, long completions) {
    Field indexes = rule.child("succeededIndexes");
    Field count = rule.child("succeededCount");
    if (!indexes.present() && !count.present()) {
      rule.errors()
          .required(
              rule.path(), "at least one of succeededCount or succeededIndexes must be specified");
    }
    long total = 0;
    if (indexes.present()) {
      if (indexes.text().length() > INDEXES_BYTES_MAX) {
        indexes.errors().tooLong(indexes.path(), INDEXES_BYTES_MAX);
      }
      try {
        total = indexes(indexes.text(), completions);
      } catch (IllegalArgumentException e) {
        indexes.invalid("error parsing succeededIndexes: " + e.getMessage());
      }
    }
    count.nonNegative();
    if (count.number() > completions) {
      count.invalid(
          "must be less than or equal to %d (the number of specified completions)"
              .formatted(completions));
    }
    if (count.present() && indexes.present() && count.number() > total) {
      count.invalid(
          "must be less than or equal to "
              + total
              + " (the number of indexes in the specified succeededIndexes field)");
    }
  }

  /** How many indexes a text such as {@code 0-2,5} names; they must rise. */
  private static long indexes(String text, long completions) {
    long total = 0;
    long last = -1;
    for (String interval : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      String[] ends = interval.split("-", -1);
      if (ends.length > 2) {
        throw new IllegalArgumentException(
            ("the fragment \"%s\" violates the requirement that an index interval can have at"
                    + " most two parts separated by '-'")
                .formatted(interval));
      }
      long from = index(ends[0], completions);
      long to = index(ends[ends.length - 1], completions);
      if (ends.length == 2 && from >= to) {
        throw order(from, to);
      }
      if (last >= from) {
        throw order(last, from);
      }
      total += to - from + 1;
      last = to;
    }
    return total;
  }

  private static IllegalArgumentException order(long previous, long current) {
    return new IllegalArgumentException(
        "non-increasing order, previous: %d, current: %d".formatted(previous, current));
  }

  private static long index(String text, long completions) {
    long index;
    try {
      index = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "cannot convert string to integer for index: \"" + text + "\"", e);
    }
    if (index >= completions) {
      throw new IllegalArgumentException("too large index: \"" + text + "\"");
    }
    return index;
  }
}
