package dev.wherry.model;

import static java.util.Objects.requireNonNull;

/** A number, or a text such as a percentage or a port's name (intstr.IntOrString). */
public sealed interface IntOrString {
  /** A 32-bit number. */
  record Int(int number) implements IntOrString {
    @Override
    public String toString() {
      return Integer.toString(number);
    }
  }

  /** Anything else. */
  record Text(String text) implements IntOrString {
    public Text {
      requireNonNull(text, "text");
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static IntOrString of(int number) {
    return new Int(number);
  }

  static IntOrString of(String text) {
    return new Text(text);
  }

  /**
   * The number, or the percentage of a total.
   *
   * @param roundUp which way a fraction goes
   * @throws IllegalArgumentException when the text is no percentage
   */
  default int scaled(int total, boolean roundUp) {
    return switch (this) {
      case Int(int number) -> number;
      case Text(String text) -> {
        if (!text.matches("[0-9]{1,7}%")) {
          throw new IllegalArgumentException(
              "invalid value for IntOrString: \"" + text + "\" is no percentage");
        }
        long parts = Long.parseLong(text.substring(0, text.length() - 1)) * total;
        yield (int) (roundUp ? Math.ceilDiv(parts, 100L) : parts / 100);
      }
    };
  }
}
