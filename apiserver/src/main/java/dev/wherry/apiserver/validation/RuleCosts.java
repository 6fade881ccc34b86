package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.cel.cost.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the rules of one schema cost at most (apiextensions validation.go, cel_validation.go). A
 * schema that is as it was may keep rules that are too dear each, but not all together.
 */
final class RuleCosts {
  /** Steps of one expression, times the number of values that it is for. */
  private static final long EXPRESSION_COST_MAX = 10_000_000;

  /** Steps of all expressions of a schema. */
  private static final long SCHEMA_COST_MAX = 100_000_000;

  /** Those that are named when all together are too dear. */
  private static final int NAMED_MAX = 4;

  /** Not worth naming. */
  private static final long CHEAP = SCHEMA_COST_MAX / 100;

  private static final double BEYOND_ALL = 100;
  private static final double BARELY = 1.5;

  private final boolean unchanged;
  private final List<Dear> dear = new ArrayList<>();
  private long total;

  private record Dear(Field at, long cost) {}

  /**
   * @param unchanged whether the schema is as it was before
   */
  RuleCosts(boolean unchanged) {
    this.unchanged = unchanged;
  }

  /** Adds the cost of a rule. */
  void rule(Field at, long cost) {
    add(at, cost, "estimated rule cost");
  }

  /** Adds the cost of a rule's message. */
  void message(Field at, long cost) {
    add(at, cost, "estimated messageExpression cost");
  }

  private void add(Field at, long cost, String what) {
    if (!unchanged && cost > EXPRESSION_COST_MAX) {
      at.forbidden(text(what, cost, EXPRESSION_COST_MAX));
    }
    total = total + cost < 0 ? Long.MAX_VALUE : total + cost;
    if (cost >= CHEAP) {
      dear.add(new Dear(at, cost));
    }
  }

  /** Tells whether all together are too dear. */
  void total(Field schema) {
    if (total <= SCHEMA_COST_MAX) {
      return;
    }
    dear.stream()
        .sorted(Comparator.comparingLong(Dear::cost).reversed())
        .limit(NAMED_MAX)
        .forEach(one ->
            one.at()
                .forbidden(
                    "contributed to estimated rule cost total exceeding cost limit for entire"
                        + " OpenAPIv3 schema"));
    schema.forbidden(
        text(
            "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
            total,
            SCHEMA_COST_MAX));
  }

  private static String text(String what, long cost, long limit) {
    double factor = (double) cost / limit;
    String shown =
        factor > BEYOND_ALL
            ? "more than 100x"
            : String.format(Locale.ROOT, factor < BARELY ? "%fx" : "%.1fx", factor);
    return what
        + " exceeds budget by factor of "
        + shown
        + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where"
        + " arrays, maps, and strings are declared)";
  }

  /** Steps of an expression for each of some values. */
  static long times(long cost, long values) {
    return Range.product(cost, values);
  }
}
