package dev.wherry.apiserver.cel.cost;

import dev.wherry.apiserver.cel.cost.Call.Price;

/** Prices of the language's own functions (cel-go common/cost.go, checker/cost.go). */
final class StandardPrices {
  static final long LIST = 10;
  static final long MAP = 30;
  static final long STRUCT = 40;
  static final double PER_CHARACTER = 0.1;
  static final double PER_PATTERN_CHARACTER = 0.25;

  /** UTF-8 bytes of a character at most. */
  private static final Range CHARACTER_BYTES_MAX = Range.of(4);

  private StandardPrices() {}

  /** What a call costs; one for all that takes the same time whatever its operands. */
  static Price of(Call call) {
    return switch (call.overload()) {
      case "string_format" ->
          call.target().isPresent() ? Price.of(call.target(PER_CHARACTER)) : Price.of(Range.ONE);
      case "string_to_bytes" -> {
        Range text = call.size(0);
        yield Price.of(
            text.times(PER_CHARACTER),
            new Range(text.min(), text.times(CHARACTER_BYTES_MAX).max()));
      }
      case "bytes_to_string" -> {
        Range bytes = call.size(0);
        yield Price.of(
            bytes.times(PER_CHARACTER),
            new Range(bytes.min() / CHARACTER_BYTES_MAX.min(), bytes.max()));
      }
      case "strings_quote" -> {
        Range text = call.size(0);
        Range twice = text.plus(text);
        yield Price.of(
            text.times(PER_CHARACTER),
            new Range(Range.sum(text.min(), 2), Range.sum(twice.max(), 2)));
      }
      case "starts_with_string", "ends_with_string" -> Price.of(call.size(0).times(PER_CHARACTER));
      case "in_list" -> Price.of(call.size(1));
      case "matches_string" -> matches(call);
      case "contains_string" ->
          call.target().isEmpty()
              ? Price.of(Range.ONE)
              : Price.of(call.target(PER_CHARACTER).times(call.size(0).times(PER_CHARACTER)));
      case "add_string", "add_bytes" -> {
        Range sum = call.size(0).plus(call.size(1));
        yield Price.of(sum.times(PER_CHARACTER), sum);
      }
      case "add_list" -> Price.of(Range.ONE, call.size(0).plus(call.size(1)));
      case "less_string",
          "greater_string",
          "less_equals_string",
          "greater_equals_string",
          "less_bytes",
          "greater_bytes",
          "less_equals_bytes",
          "greater_equals_bytes",
          "equals",
          "not_equals" ->
          compared(call);
      default -> Price.of(Range.ONE);
    };
  }

  /** One is added lest a pattern on an empty text is free. */
  private static Price matches(Call call) {
    if (call.target().isEmpty() || !call.has(1)) {
      return Price.of(Range.ONE);
    }
    Range text = call.target().get().sizeOrUnknown().plus(Range.ONE).times(PER_CHARACTER);
    return Price.of(text.times(call.size(0).times(PER_PATTERN_CHARACTER)));
  }

  private static Price compared(Call call) {
    long most = Math.min(call.size(0).max(), call.size(1).max());
    return Price.of(new Range(most > 0 ? 1 : 0, most).times(PER_CHARACTER));
  }
}
