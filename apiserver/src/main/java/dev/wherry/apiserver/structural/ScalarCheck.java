package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;

/** Validates texts and numbers, in kube-openapi's words. */
final class ScalarCheck {
  private ScalarCheck() {}

  static void text(JsonNode value, Structural schema, String path, Verdict verdict) {
    Validations rules = schema.validations();
    String text = value.textValue();
    long length = text.codePointCount(0, text.length());
    if (rules.maxLength() >= 0 && length > rules.maxLength()) {
      verdict.tooLong(path, rules.maxLength());
    } else if (length < rules.minLength()) {
      verdict.invalid(path, value, "should be at least " + rules.minLength() + " chars long");
    } else if (rules.pattern() != null && !rules.pattern().matcher(text).find()) {
      verdict.invalid(path, value, "should match '" + rules.pattern().pattern() + "'");
    }
    boolean numeric = schema.type().equals("integer") || schema.type().equals("number");
    if (!rules.format().isEmpty() && !numeric && !Formats.matchesFormat(rules.format(), text)) {
      String shown = Verdict.quote(text);
      verdict.invalid(path, value, "must be of type " + rules.format() + ": " + shown);
    }
    verdict.match();
  }

  static void number(JsonNode value, Structural schema, String path, Verdict verdict) {
    Validations rules = schema.validations();
    range(value, schema, path, verdict);
    JsonNode factor = rules.multipleOf();
    if (factor != null && !Numbers.isMultiple(value, factor)) {
      verdict.invalid(path, value, "should be a multiple of " + Numbers.bound(factor, value));
    }
    JsonNode min = rules.minimum();
    if (min != null) {
      int order = Numbers.compare(value, min);
      if (order < 0 || (order == 0 && rules.exclusiveMinimum())) {
        String than = rules.exclusiveMinimum() ? "greater than " : "greater than or equal to ";
        verdict.invalid(path, value, "should be " + than + Numbers.bound(min, value));
      }
    }
    JsonNode max = rules.maximum();
    if (max != null) {
      int order = Numbers.compare(value, max);
      if (order > 0 || (order == 0 && rules.exclusiveMaximum())) {
        String than = rules.exclusiveMaximum() ? "less than " : "less than or equal to ";
        verdict.invalid(path, value, "should be " + than + Numbers.bound(max, value));
      }
    }
    verdict.match();
  }

  private static void range(JsonNode value, Structural schema, String path, Verdict verdict) {
    if (!schema.type().equals("integer") || !Numbers.isWhole(value)) {
      return;
    }
    boolean small = schema.format().equals("int32");
    boolean fits = small ? value.canConvertToInt() : value.canConvertToLong();
    if (!fits) {
      String form = small || schema.format().equals("int64") ? schema.format() : "";
      String said = form.isEmpty() ? " (default format)" : " with format " + form;
      verdict.composite("Checked value must be of type integer" + said + " in " + path);
    }
  }
}
