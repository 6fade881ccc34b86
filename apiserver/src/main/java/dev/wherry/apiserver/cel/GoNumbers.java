package dev.wherry.apiserver.cel;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and quoted texts as Go writes them (strconv; x/text/message for en-US). */
final class GoNumbers {
  private static final int PLAIN_EXPONENT_MIN = -4;
  private static final int PLAIN_EXPONENT_MAX = 21;
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  private static final Pattern SPECIAL =
      Pattern.compile("([+-]?)(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
  private static final Pattern NUMBER =
      Pattern.compile(
          "[+-]?(\\d++(\\.\\d*+)?(e[+-]?\\d++)?|\\.\\d++(e[+-]?\\d++)?"
              + "|0x([0-9a-f]++(\\.[0-9a-f]*+)?|\\.[0-9a-f]++)p[+-]?\\d++)",
          Pattern.CASE_INSENSITIVE);

  private GoNumbers() {}

  /**
   * Reads a number as Go does (strconv ParseFloat): infinity by its names, and none of Java's
   * suffixes.
   *
   * @throws NumberFormatException when it is none, or beyond all numbers
   */
  static double parse(String text) {
    Matcher special = SPECIAL.matcher(text);
    if (special.matches()) {
      boolean none = special.group(2).equalsIgnoreCase("nan");
      boolean negative = text.startsWith("-");
      if (none && special.group(1).isEmpty()) {
        return Double.NaN;
      }
      if (!none) {
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
    }
    if (!NUMBER.matcher(text).matches()) {
      throw new NumberFormatException("parsing " + quoted(text) + ": invalid syntax");
    }
    double number = Double.parseDouble(text);
    if (Double.isInfinite(number)) {
      throw new NumberFormatException("parsing " + quoted(text) + ": value out of range");
    }
    return number;
  }

  /** As few digits as say the number ({@code %v}). */
  static String shortest(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return unending(number);
    }
    BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (exact.signum() == 0) {
      return 1 / number < 0 ? "-0" : "0";
    }
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= PLAIN_EXPONENT_MIN && exponent < PLAIN_EXPONENT_MAX) {
      return exact.toPlainString();
    }
    String digits = exact.unscaledValue().abs().toString();
    String sign = exact.signum() < 0 ? "-" : "";
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "");
    return sign + digits.charAt(0) + fraction + "e" + power + Math.abs(exponent);
  }

  /** With a number of digits behind the point ({@code %.6f}). */
  static String plain(double number, int digits) {
    return Double.isNaN(number) || Double.isInfinite(number)
        ? unending(number)
        : new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String unending(double number) {
    return Double.isNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf";
  }

  /** The same with its thousands apart. */
  static String grouped(double number, int digits) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return special(number);
    }
    DecimalFormat format =
        new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
    format.setMinimumFractionDigits(digits);
    format.setMaximumFractionDigits(digits);
    format.setRoundingMode(RoundingMode.HALF_EVEN);
    return format.format(new BigDecimal(number));
  }

  /** One digit before the point and a power of ten. */
  static String powered(double number, int digits) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return special(number);
    }
    BigDecimal exact = new BigDecimal(number);
    int exponent = exact.signum() == 0 ? 0 : exact.precision() - exact.scale() - 1;
    BigDecimal mantissa = exact.movePointLeft(exponent).setScale(digits, RoundingMode.HALF_EVEN);
    if (mantissa.abs().compareTo(BigDecimal.TEN) >= 0) {
      mantissa = mantissa.movePointLeft(1).setScale(digits, RoundingMode.HALF_EVEN);
      exponent++;
    }
    StringBuilder power = new StringBuilder(exponent < 0 ? "⁻" : "");
    String plain = String.valueOf(Math.abs(exponent));
    for (char digit : (plain.length() < 2 ? "0" + plain : plain).toCharArray()) {
      power.append(SUPERSCRIPTS.charAt(digit - '0'));
    }
    return mantissa.toPlainString() + "×10" + power;
  }

  private static String special(double number) {
    return Double.isNaN(number) ? "NaN" : number > 0 ? "∞" : "-∞";
  }

  /** Seconds with as many digits as they need. */
  static String seconds(Duration time) {
    BigDecimal seconds =
        BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9));
    return seconds.signum() == 0 ? "0s" : seconds.stripTrailingZeros().toPlainString() + "s";
  }

  /** Between double quotes, with escapes ({@code %q}). */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> quote(c, quoted));
    return quoted.append('"').toString();
  }

  private static void quote(int c, StringBuilder to) {
    switch (c) {
      case '"', '\\' -> to.append('\\').append((char) c);
      case 7 -> to.append("\\a");
      case '\b' -> to.append("\\b");
      case '\f' -> to.append("\\f");
      case '\n' -> to.append("\\n");
      case '\r' -> to.append("\\r");
      case '\t' -> to.append("\\t");
      case 11 -> to.append("\\v");
      default -> {
        if (isPrinted(c)) {
          to.appendCodePoint(c);
        } else {
          to.append((c < 0x80 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
        }
      }
    }
  }

  private static boolean isPrinted(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
