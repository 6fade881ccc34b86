package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a schema says of one value. Mistakes are told in kube-openapi's words; of alternatives that
 * all fail, those of the one with most matches are told.
 */
final class Verdict {
  /** Mistakes told of one object: a hostile body cannot make the answer grow without bound. */
  static final int PROBLEMS_MAX = 200;

  private final List<Problem> problems = new ArrayList<>(0);
  private int matches;

  boolean good() {
    return problems.isEmpty();
  }

  List<Problem> problems() {
    return problems;
  }

  int matches() {
    return matches;
  }

  void match() {
    matches++;
  }

  void merge(Verdict other) {
    matches += other.matches;
    for (Problem problem : other.problems) {
      add(problem);
    }
  }

  private void add(Problem problem) {
    if (problems.size() < PROBLEMS_MAX && !problems.contains(problem)) {
      problems.add(problem);
    }
  }

  void required(String path) {
    add(Problem.of("FieldValueRequired", trimmed(path), "Required value", true));
  }

  void wrongType(String path, String wanted, String found) {
    String said = "%s in body must be of type %s: %s".formatted(path, wanted, quote(found));
    add(
        Problem.of(
            "FieldValueTypeInvalid",
            trimmed(path),
            "Invalid value: " + quote(found) + ": " + said,
            true));
  }

  void invalid(String path, JsonNode value, String said) {
    add(
        Problem.of(
            "FieldValueInvalid",
            trimmed(path),
            "Invalid value: " + shown(value) + ": " + path + " in body " + said,
            false));
  }

  /** A mistake that upstream tells without a place. */
  void composite(String said) {
    add(Problem.of("FieldValueInvalid", Problem.NO_FIELD, "Invalid value: \"\": " + said, false));
  }

  void unsupported(String path, JsonNode value, List<JsonNode> supported) {
    List<String> quoted = new ArrayList<>();
    for (JsonNode one : supported) {
      quoted.add(quote(one.isTextual() ? one.textValue() : one.toString()));
    }
    add(
        Problem.of(
            "FieldValueNotSupported",
            trimmed(path),
            "Unsupported value: "
                + shown(value)
                + ": supported values: "
                + String.join(", ", quoted),
            true));
  }

  void tooLong(String path, long max) {
    add(
        Problem.of(
            "FieldValueTooLong",
            trimmed(path),
            "Too long: may not be more than " + max + " bytes",
            true));
  }

  void tooMany(String path, long actual, long max) {
    add(
        Problem.of(
            "FieldValueTooMany",
            trimmed(path),
            "Too many: %d: must have at most %d items".formatted(actual, max),
            true));
  }

  private static String trimmed(String path) {
    String bare = path.startsWith(".") ? path.substring(1) : path;
    return bare.isEmpty() ? Problem.NO_FIELD : bare;
  }

  private static String shown(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> "\"null\"";
      case NUMBER -> Numbers.text(value);
      default -> value.toString();
    };
  }

  static String quote(String text) {
    return TextNode.valueOf(text).toString();
  }
}
