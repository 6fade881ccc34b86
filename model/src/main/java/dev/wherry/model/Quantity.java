package dev.wherry.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An exact amount with a suffix (apimachinery resource.Quantity): {@code 1500m}, {@code 1.5Gi},
 * {@code 2e3}. Keeps the format it was written in, prints canonically: the largest suffix that
 * leaves an integer, no fraction, nothing finer than a nano. Equal amounts are equal whatever their
 * format.
 */
public final class Quantity implements Comparable<Quantity> {
  /** Which family of suffixes an amount is printed with. */
  public enum Format {
    DECIMAL_SI,
    BINARY_SI,
    DECIMAL_EXPONENT
  }

  public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Format.DECIMAL_SI);

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?<number>[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+))"
              + "(?:(?<binary>[KMGTPE]i)|(?<decimal>[numkMGTPE])|(?<exponent>[eE][+-]?[0-9]{1,9}))?");
  private static final String BINARY = "KMGTPE";
  private static final String[] DECIMAL = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
  private static final int NANO_DIGITS = 9;

  /** Larger ones are cut to the largest 64-bit number, as upstream does. */
  private static final BigDecimal MAX = new BigDecimal(Long.MAX_VALUE);

  private final BigDecimal amount;
  private final Format format;

  private Quantity(BigDecimal amount, Format format) {
    this.amount = amount;
    this.format = format;
  }

  public static Quantity of(long amount) {
    return new Quantity(BigDecimal.valueOf(amount), Format.DECIMAL_SI);
  }

  /** Thousandths, as processors are counted. */
  public static Quantity ofMilli(long milli) {
    return new Quantity(BigDecimal.valueOf(milli, 3), Format.DECIMAL_SI);
  }

  /** An amount of bytes, printed with binary suffixes. */
  public static Quantity ofBytes(long bytes) {
    return new Quantity(BigDecimal.valueOf(bytes), Format.BINARY_SI);
  }

  /**
   * @throws IllegalArgumentException in upstream's words when the text is no quantity
   */
  public static Quantity parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (text.isEmpty() || text.length() > 256 || !matcher.matches()) {
      throw new IllegalArgumentException(
          "quantities must match the regular expression "
              + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }
    BigDecimal number = new BigDecimal(matcher.group("number"));
    String binary = matcher.group("binary");
    String decimal = matcher.group("decimal");
    String exponent = matcher.group("exponent");
    if (binary != null) {
      int power = BINARY.indexOf(binary.charAt(0)) + 1;
      BigDecimal factor = new BigDecimal(BigInteger.ONE.shiftLeft(10 * power));
      return limited(number.multiply(factor), Format.BINARY_SI);
    }
    if (exponent != null) {
      int power = Integer.parseInt(exponent.substring(1).replace("+", ""));
      int bounded = Math.clamp(power, -400, 400);
      return limited(number.scaleByPowerOfTen(bounded), Format.DECIMAL_EXPONENT);
    }
    int power = decimal == null ? 0 : decimalPower(decimal);
    return limited(number.scaleByPowerOfTen(power), Format.DECIMAL_SI);
  }

  private static int decimalPower(String suffix) {
    for (int i = 0; i < DECIMAL.length; i++) {
      if (DECIMAL[i].equals(suffix)) {
        return 3 * i - NANO_DIGITS;
      }
    }
    throw new IllegalArgumentException("unable to parse quantity's suffix");
  }

  private static Quantity limited(BigDecimal amount, Format format) {
    BigDecimal rounded = amount;
    if (amount.scale() > NANO_DIGITS) {
      rounded = amount.setScale(NANO_DIGITS, RoundingMode.UP);
    }
    BigDecimal bounded = rounded.min(MAX).max(MAX.negate());
    boolean fraction = bounded.abs().compareTo(BigDecimal.ONE) < 0 && bounded.signum() != 0;
    // Below one a binary suffix cannot be printed without a fraction: upstream changes the format.
    return new Quantity(
        bounded, fraction && format == Format.BINARY_SI ? Format.DECIMAL_SI : format);
  }

  public Format format() {
    return format;
  }

  public BigDecimal amount() {
    return amount;
  }

  /** The amount rounded up to an integer. */
  public long value() {
    return amount.setScale(0, RoundingMode.UP).longValue();
  }

  /** Thousandths, rounded up. */
  public long milliValue() {
    return amount.movePointRight(3).setScale(0, RoundingMode.UP).min(MAX).longValue();
  }

  public Quantity plus(Quantity other) {
    return limited(amount.add(other.amount), signum() == 0 ? other.format : format);
  }

  public Quantity minus(Quantity other) {
    return limited(amount.subtract(other.amount), signum() == 0 ? other.format : format);
  }

  public int signum() {
    return amount.signum();
  }

  @Override
  public int compareTo(Quantity other) {
    return amount.compareTo(other.amount);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Quantity that && amount.compareTo(that.amount) == 0;
  }

  @Override
  public int hashCode() {
    return amount.stripTrailingZeros().hashCode();
  }

  /** The canonical text. */
  @Override
  public String toString() {
    if (amount.signum() == 0) {
      return "0";
    }
    return switch (format) {
      case BINARY_SI -> binary();
      case DECIMAL_SI -> decimal(false);
      case DECIMAL_EXPONENT -> decimal(true);
    };
  }

  private String binary() {
    if (amount.stripTrailingZeros().scale() > 0) {
      return decimal(false);
    }
    BigInteger integer = amount.toBigIntegerExact();
    int powers = Math.min(integer.getLowestSetBit() / 10, BINARY.length());
    String suffix = powers == 0 ? "" : BINARY.charAt(powers - 1) + "i";
    return integer.shiftRight(10 * powers) + suffix;
  }

  private String decimal(boolean exponents) {
    BigDecimal stripped = amount.stripTrailingZeros();
    int power = Math.clamp(Math.floorDiv(-stripped.scale(), 3) * 3, -NANO_DIGITS, 18);
    String digits = stripped.movePointLeft(power).toBigIntegerExact().toString();
    if (power == 0) {
      return digits;
    }
    return digits + (exponents ? "e" + power : DECIMAL[(power + NANO_DIGITS) / 3]);
  }
}
