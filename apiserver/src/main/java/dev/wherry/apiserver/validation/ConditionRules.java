package dev.wherry.apiserver.validation;

import java.util.List;
import java.util.regex.Pattern;

/** Rules of conditions of the common form (apimachinery meta/v1/validation). */
final class ConditionRules {
  private static final int REASON_BYTES_MAX = 1024;
  private static final int MESSAGE_BYTES_MAX = 32 * 1024;
  private static final List<String> STATUSES = List.of("False", "True", "Unknown");
  private static final String REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
  private static final Pattern REASON_PATTERN = Pattern.compile(REASON);

  private ConditionRules() {}

  static void check(Field conditions) {
    conditions.uniqueBy("type");
    for (Field condition : conditions.items()) {
      SelectorRules.labelKey(condition.child("type"));
      Field status = condition.child("status");
      if (!STATUSES.contains(status.text())) {
        status.errors().unsupported(status.path(), status.node(), STATUSES);
      }
      condition.child("observedGeneration").atLeast(0, "must be greater than or equal to zero");
      condition.child("lastTransitionTime").require();
      Field reason = condition.child("reason");
      if (reason.require()) {
        if (!REASON_PATTERN.matcher(reason.text()).matches()) {
          reason.invalid(
              "a condition reason must start with alphabetic character, optionally followed by a"
                  + " string of alphanumeric characters or '_,:', and must end with an alphanumeric"
                  + " character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or"
                  + " 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '"
                  + REASON
                  + "')");
        }
        limit(reason, REASON_BYTES_MAX);
      }
      limit(condition.child("message"), MESSAGE_BYTES_MAX);
    }
  }

  private static void limit(Field text, int bytesMax) {
    if (text.text().length() > bytesMax) {
      text.errors().tooLong(text.path(), bytesMax);
    }
  }
}
