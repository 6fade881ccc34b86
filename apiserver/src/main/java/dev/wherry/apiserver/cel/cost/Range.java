package dev.wherry.apiserver.cel.cost;

/**
 * The least and the most of a size or cost. Sums and products that are too large stay at {@link
 * Long#MAX_VALUE}.
 */
public record Range(long min, long max) {
  static final Range NONE = new Range(0, 0);
  static final Range ONE = new Range(1, 1);
  static final Range UNKNOWN = new Range(0, Long.MAX_VALUE);

  static Range of(long value) {
    return new Range(value, value);
  }

  Range plus(Range other) {
    return new Range(sum(min, other.min), sum(max, other.max));
  }

  Range times(Range other) {
    return new Range(product(min, other.min), product(max, other.max));
  }

  /** Times a factor, rounded up. */
  Range times(double factor) {
    return new Range(scaled(min, factor), scaled(max, factor));
  }

  Range or(Range other) {
    return new Range(Math.min(min, other.min), Math.max(max, other.max));
  }

  static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** A product that never overflows. */
  public static long product(long a, long b) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    return high != 0 || low < 0 ? Long.MAX_VALUE : low;
  }

  private static long scaled(long value, double factor) {
    // Conversions of doubles that are too large give the largest long.
    return (long) Math.ceil(value * factor);
  }
}
