package dev.wherry.apiserver.cel.cost;

import static dev.wherry.apiserver.cel.cost.StandardPrices.PER_CHARACTER;
import static dev.wherry.apiserver.cel.cost.StandardPrices.PER_PATTERN_CHARACTER;

import dev.wherry.apiserver.cel.cost.Call.Price;
import java.util.Optional;

/** Prices of functions on texts (apiserver cel/library/cost.go). */
final class TextPrices {
  private TextPrices() {}

  static Optional<Price> of(Call call) {
    boolean member = call.target().isPresent();
    return switch (call.function()) {
      case "url", "jsonpatch.escapeKey" ->
          call.arguments().size() == 1
              ? Optional.of(Price.of(call.size(0).times(PER_CHARACTER), call.size(0)))
              : Optional.empty();
      case "lowerAscii", "upperAscii", "substring", "trim" ->
          call.target()
              .map(Operand::sizeOrUnknown)
              .map(size -> Price.of(size.times(PER_CHARACTER), size));
      case "replace" -> member && call.has(2) ? Optional.of(replace(call)) : Optional.empty();
      case "split" -> member ? Optional.of(split(call)) : Optional.empty();
      case "join" -> member ? Optional.of(join(call)) : Optional.empty();
      case "find", "findAll" -> member && call.has(1) ? Optional.of(find(call)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Price replace(Call call) {
    Range text = call.target().orElseThrow().sizeOrUnknown();
    Range what = call.size(0);
    Range by = call.size(1);
    long mostTimes = 0;
    long mostKept = text.max();
    if (what.min() == 0) {
      // Nothing is found around each character.
      mostTimes = Range.sum(text.max(), 1);
    } else if (by.max() > what.min()) {
      mostTimes = (long) Math.ceil((double) text.max() / what.min());
      mostKept = 0;
    }
    long leastTimes = 0;
    long leastKept = text.min();
    if (what.max() == 0) {
      leastTimes = Range.sum(text.min(), 1);
    } else if (what.max() > by.min()) {
      leastTimes = (long) Math.ceil((double) text.min() / what.max());
      leastKept = 0;
    }
    Range result = new Range(leastTimes, mostTimes).times(by).plus(new Range(leastKept, mostKept));
    return Price.of(text.times(2 * PER_CHARACTER), result);
  }

  private static Price split(Call call) {
    Range text = call.target().orElseThrow().sizeOrUnknown();
    // With an empty separator each character is a part.
    long parts = call.has(2) ? call.arguments().get(1).number().orElse(text.max()) : text.max();
    return Price.of(
        text.times(2 * PER_CHARACTER), new Range(0, parts < 0 ? Long.MAX_VALUE : parts));
  }

  private static Price join(Call call) {
    Operand list = call.target().orElseThrow();
    Range items = list.sizeOrUnknown();
    Range size = list.item().map(item -> items.times(item.sizeOrUnknown())).orElse(Range.NONE);
    if (call.has(1)) {
      Range separators = new Range(Math.max(0, items.min() - 1), Math.max(0, items.max() - 1));
      size = size.plus(call.size(0).times(separators));
    }
    return Price.of(size.times(PER_CHARACTER), size);
  }

  private static Price find(Call call) {
    Range text = call.target().orElseThrow().sizeOrUnknown();
    Range pattern = call.size(0).times(PER_PATTERN_CHARACTER);
    return Price.of(
        text.plus(Range.ONE).times(PER_CHARACTER).times(pattern), new Range(0, text.max()));
  }
}
