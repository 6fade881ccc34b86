package dev.wherry.apiserver.cel;

import java.util.OptionalInt;

/**
 * The first operand of {@code string.format}: texts and clauses such as {@code %s} or {@code %.2f}.
 */
final class FormatText {
  /** Digits behind a point; Go would write as many as memory has. */
  private static final int PRECISION_MAX = 1_000;

  private final String text;
  private int at;

  private FormatText(String text) {
    this.text = text;
  }

  /** Makes the text that stands for a clause. */
  @FunctionalInterface
  interface Clauses {
    /**
     * @param kind one of {@code sdfebxXo}
     * @param argument its number, from 0; not more than there are
     * @throws IllegalArgumentException when the argument does not fit
     */
    String of(char kind, OptionalInt precision, int argument);
  }

  /** What was written, and how many arguments it took. */
  record Written(String text, int arguments) {}

  /**
   * Goes through a text.
   *
   * @throws IllegalArgumentException in upstream's words
   */
  static Written write(String text, int arguments, Clauses clauses) {
    return new FormatText(text).write(arguments, clauses);
  }

  private Written write(int arguments, Clauses clauses) {
    StringBuilder to = new StringBuilder();
    int used = 0;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '%') {
        to.append(c);
      } else if (at < text.length() && text.charAt(at) == '%') {
        to.append('%');
        at++;
      } else {
        if (at >= text.length()) {
          throw new IllegalArgumentException("unexpected end of string");
        }
        if (used >= arguments) {
          throw new IllegalArgumentException("index " + used + " out of range");
        }
        to.append(clause(clauses, used++));
      }
    }
    return new Written(to.toString(), used);
  }

  private String clause(Clauses clauses, int argument) {
    OptionalInt precision = precision();
    char kind = text.charAt(at++);
    if ("sdfebxXo".indexOf(kind) < 0) {
      throw new IllegalArgumentException(
          "could not parse formatting clause: unrecognized formatting clause \"" + kind + "\"");
    }
    try {
      return clauses.of(kind, precision, argument);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("error during formatting: " + e.getMessage(), e);
    }
  }

  private OptionalInt precision() {
    if (text.charAt(at) != '.') {
      return OptionalInt.empty();
    }
    int from = ++at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at >= text.length()) {
      throw wrongPrecision("could not find end of precision specifier");
    }
    try {
      int precision = Integer.parseInt(text.substring(from, at));
      if (precision <= PRECISION_MAX) {
        return OptionalInt.of(precision);
      }
    } catch (NumberFormatException _) {
      // Told below: there are no digits, or too many.
    }
    throw wrongPrecision(
        "error while converting precision to integer: \"" + text.substring(from, at) + "\"");
  }

  private static IllegalArgumentException wrongPrecision(String why) {
    return new IllegalArgumentException(
        "could not parse formatting clause: error while parsing precision: " + why);
  }
}
