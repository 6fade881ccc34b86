package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.global;
import static dev.wherry.apiserver.cel.CelFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.wherry.model.Quantity;
import java.math.BigDecimal;
import java.util.List;

/** {@code quantity} and {@code isQuantity} (library/quantity.go). */
final class QuantityFunctions {
  static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
  private static final List<CelType> ONE = List.of(QUANTITY);
  private static final List<CelType> TWO = List.of(QUANTITY, QUANTITY);
  private static final List<CelType> WITH_INT = List.of(QUANTITY, SimpleType.INT);

  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private QuantityFunctions() {}

  /** An amount; equal amounts are equal however they are written. */
  record Amount(BigDecimal value) {
    Amount {
      value = value.stripTrailingZeros();
    }
  }

  static List<CelFunction> all() {
    List<CelType> text = List.of(SimpleType.STRING);
    return List.of(
        global("quantity", "string_to_quantity", QUANTITY, text, a -> parse((String) a[0])),
        global("isQuantity", "is_quantity_string", SimpleType.BOOL, text, a -> is((String) a[0])),
        member("sign", "quantity_sign", SimpleType.INT, ONE, a -> (long) value(a[0]).signum()),
        member(
            "isGreaterThan", "quantity_is_greater_than", SimpleType.BOOL, TWO, a -> compare(a) > 0),
        member("isLessThan", "quantity_is_less_than", SimpleType.BOOL, TWO, a -> compare(a) < 0),
        member("compareTo", "quantity_compare_to", SimpleType.INT, TWO, a -> (long) compare(a)),
        member(
            "asApproximateFloat",
            "quantity_get_float",
            SimpleType.DOUBLE,
            ONE,
            a -> value(a[0]).doubleValue()),
        member("asInteger", "quantity_get_int", SimpleType.INT, ONE, a -> whole(value(a[0]))),
        member("isInteger", "quantity_is_integer", SimpleType.BOOL, ONE, a -> isWhole(value(a[0]))),
        member("add", "quantity_add", QUANTITY, TWO, a -> new Amount(value(a[0]).add(value(a[1])))),
        member(
            "add",
            "quantity_add_int",
            QUANTITY,
            WITH_INT,
            a -> new Amount(value(a[0]).add(BigDecimal.valueOf((Long) a[1])))),
        member(
            "sub",
            "quantity_sub",
            QUANTITY,
            TWO,
            a -> new Amount(value(a[0]).subtract(value(a[1])))),
        member(
            "sub",
            "quantity_sub_int",
            QUANTITY,
            WITH_INT,
            a -> new Amount(value(a[0]).subtract(BigDecimal.valueOf((Long) a[1])))));
  }

  private static BigDecimal value(Object amount) {
    return ((Amount) amount).value();
  }

  /** The largest number is what all larger ones are read as, and so none (AsInt64). */
  private static boolean isWhole(BigDecimal value) {
    return value.scale() <= 0 && value.abs().compareTo(MOST) < 0;
  }

  private static long whole(BigDecimal value) {
    if (!isWhole(value)) {
      throw new IllegalArgumentException("cannot convert value to integer");
    }
    return value.longValueExact();
  }

  private static int compare(Object[] arguments) {
    return value(arguments[0]).compareTo(value(arguments[1]));
  }

  private static Object parse(String text) {
    return new Amount(Quantity.parse(text).amount());
  }

  private static Object is(String text) {
    try {
      return Quantity.parse(text) != null;
    } catch (RuntimeException e) {
      return false;
    }
  }
}
