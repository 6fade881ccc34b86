package dev.wherry.apiserver.cel.cost;

import static dev.wherry.apiserver.cel.cost.StandardPrices.LIST;

import dev.cel.common.types.CelKind;
import dev.wherry.apiserver.cel.cost.Call.Price;
import java.util.Optional;

/** Prices of the extensions for lists and sets (cel-go ext/lists.go, ext/sets.go). */
final class ListPrices {
  private ListPrices() {}

  static Optional<Price> of(Call call) {
    int arguments = call.arguments().size();
    return switch (call.overload()) {
      case "list_sets_contains_list", "list_sets_intersects_list" -> Optional.of(sets(call, 1));
      case "list_sets_equivalent_list" -> Optional.of(sets(call, 2));
      case "list_slice" -> arguments == 2 ? Optional.of(slice(call)) : Optional.empty();
      case "lists_range" ->
          Optional.of(
              list(1, Range.of(call.arguments().getFirst().number().orElse(Long.MAX_VALUE))));
      case "list_reverse" -> call.target().map(list -> list(1, list.sizeOrUnknown()));
      case "list_flatten" -> call.target().map(list -> list(1, list.sizeOrUnknown()));
      case "list_flatten_int", "list_flatten_list_int" -> {
        double depth = call.arguments().getFirst().number().orElse(Long.MAX_VALUE);
        yield call.target().map(list -> list(depth, list.sizeOrUnknown()));
      }
      case "list_distinct" -> call.target().map(list -> squared(list, 2));
      default -> sorted(call);
    };
  }

  private static Optional<Price> sorted(Call call) {
    if (!call.overload().startsWith("list_sort")) {
      return Optional.empty();
    }
    Optional<Operand> keys = call.has(1) ? Optional.of(call.arguments().getFirst()) : call.target();
    return keys.map(list -> squared(list, 2 + perComparison(list)));
  }

  private static double perComparison(Operand list) {
    return list.item()
        .map(item -> item.type().kind())
        .filter(kind -> kind == CelKind.STRING || kind == CelKind.BYTES)
        .map(kind -> StandardPrices.PER_CHARACTER)
        .orElse(0.0);
  }

  private static Price squared(Operand list, double factor) {
    Range size = list.sizeOrUnknown();
    return list(factor, size.times(size));
  }

  private static Price list(double factor, Range size) {
    return Price.of(size.times(factor).plus(Range.ONE).plus(Range.of(LIST)), size);
  }

  private static Price slice(Call call) {
    long from = call.arguments().get(0).number().orElse(0);
    long to =
        call.arguments()
            .get(1)
            .number()
            .orElse(call.target().map(list -> list.sizeOrUnknown().max()).orElse(Long.MAX_VALUE));
    return list(1, Range.of(to < from ? Long.MAX_VALUE : to - from));
  }

  private static Price sets(Call call, double factor) {
    return Price.of(call.size(0).times(call.size(1)).times(factor).plus(Range.ONE));
  }
}
