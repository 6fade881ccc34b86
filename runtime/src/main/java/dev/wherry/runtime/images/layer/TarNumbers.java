package dev.wherry.runtime.images.layer;

import java.math.BigDecimal;

/** Numbers of tar headers: octal text, GNU's base 256, decimals of PAX records. */
final class TarNumbers {
  private static final int BASE256 = 0x80;
  private static final int NEGATIVE = 0x40;
  private static final int NANOS_PER_SECOND = 1_000_000_000;
  private static final int DIGITS_MAX = 40;

  private TarNumbers() {}

  static long parse(byte[] header, int at, int length) throws LayerException {
    return (header[at] & BASE256) != 0 ? base256(header, at, length) : octal(header, at, length);
  }

  private static long base256(byte[] header, int at, int length) throws LayerException {
    boolean negative = (header[at] & NEGATIVE) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int digit = header[at + i] & 0xff;
      if (i == 0) {
        digit = negative ? digit | BASE256 : digit & ~BASE256;
      }
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw new LayerException("a number in a tar header is too large");
      }
      value = value << 8 | digit;
    }
    return value;
  }

  private static long octal(byte[] header, int at, int length) throws LayerException {
    long value = 0;
    boolean begun = false;
    for (int i = at; i < at + length; i++) {
      int c = header[i];
      if (c >= '0' && c <= '7') {
        value = value << 3 | c - '0';
        begun = true;
      } else if (c == 0 || (c == ' ' && begun)) {
        break;
      } else if (c != ' ') {
        throw new LayerException("a number in a tar header is damaged");
      }
    }
    return value;
  }

  static long decimal(String text) throws LayerException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new LayerException("a number in a PAX record is damaged: " + brief(text), e);
    }
  }

  /** A time of a PAX record: seconds since the epoch with any number of decimals. */
  static BigDecimal time(String text) throws LayerException {
    try {
      if (text.length() > DIGITS_MAX || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
        throw new NumberFormatException(brief(text));
      }
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new LayerException("a time in a PAX record is damaged: " + brief(text), e);
    }
  }

  static long seconds(BigDecimal time) {
    return time.setScale(0, java.math.RoundingMode.FLOOR).longValue();
  }

  static int nanos(BigDecimal time) {
    BigDecimal rest = time.subtract(time.setScale(0, java.math.RoundingMode.FLOOR));
    return rest.multiply(BigDecimal.valueOf(NANOS_PER_SECOND)).intValue();
  }

  private static String brief(String text) {
    return text.substring(0, Math.min(text.length(), DIGITS_MAX));
  }
}
