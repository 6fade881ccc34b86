package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Numbers as Go sees and prints them. */
final class Numbers {
  private static final int SMALL_EXPONENT_MIN = -4;
  private static final int EXPONENT_MAX = 6;

  private Numbers() {}

  static boolean isWhole(JsonNode number) {
    return number.isIntegralNumber() || number.decimalValue().stripTrailingZeros().scale() <= 0;
  }

  /** Whether a bound and a value divide without rest, in double precision. */
  static boolean isMultiple(JsonNode value, JsonNode factor) {
    if (value.isIntegralNumber() && factor.isIntegralNumber()) {
      return factor.longValue() != 0 && value.longValue() % factor.longValue() == 0;
    }
    double divisor = factor.doubleValue();
    double quotient =
        divisor < 1 ? 1 / divisor * value.doubleValue() : value.doubleValue() / divisor;
    return Math.abs(quotient - Math.rint(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
  }

  static int compare(JsonNode value, JsonNode bound) {
    return value.isIntegralNumber() && bound.isIntegralNumber()
        ? Long.compare(value.longValue(), bound.longValue())
        : value.decimalValue().compareTo(bound.decimalValue());
  }

  /** As Go's {@code %v} prints an integer or a double. */
  static String text(JsonNode number) {
    return number.isIntegralNumber() ? number.asText() : plain(number.doubleValue());
  }

  /** A bound is of the kind of the value that it is compared with. */
  static String bound(JsonNode bound, JsonNode value) {
    return value.isIntegralNumber()
        ? String.valueOf(bound.longValue())
        : plain(bound.doubleValue());
  }

  private static String plain(double value) {
    if (value == 0) {
      return "0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= SMALL_EXPONENT_MIN && exponent < EXPONENT_MAX) {
      return exact.toPlainString();
    }
    BigDecimal mantissa = exact.movePointLeft(exponent).stripTrailingZeros();
    String sign = exponent < 0 ? "-" : "+";
    String digits = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
    return mantissa.setScale(Math.max(0, mantissa.scale()), RoundingMode.UNNECESSARY)
        + "e"
        + sign
        + digits;
  }
}
