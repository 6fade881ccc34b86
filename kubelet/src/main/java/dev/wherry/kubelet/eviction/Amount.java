package dev.wherry.kubelet.eviction;

import dev.wherry.model.Quantity;

/**
 * So much, or a share of what there is.
 *
 * @param absolute bytes or a count; not used where there is a share
 * @param percent of the capacity; 0 for an absolute amount
 */
public record Amount(long absolute, double percent) {
  private static final double WHOLE = 100;

  public static final Amount NONE = new Amount(0, 0);

  static Amount ofBytes(long bytes) {
    return new Amount(bytes, 0);
  }

  /** Whether it is nothing at all. */
  public boolean isNone() {
    return absolute == 0 && percent == 0;
  }

  /** Of a capacity in the same unit. */
  long of(long capacity) {
    return percent > 0 ? (long) (capacity * (percent / WHOLE)) : absolute;
  }

  /**
   * Reads {@code 100Mi} or {@code 10%}.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static Amount parse(String text) {
    try {
      if (text.endsWith("%")) {
        double percent = Double.parseDouble(text.substring(0, text.length() - 1));
        if (percent >= 0 && percent <= WHOLE) {
          return percent == 0 ? NONE : new Amount(0, percent);
        }
      } else {
        Quantity quantity = Quantity.parse(text);
        if (quantity.signum() >= 0) {
          return new Amount(quantity.value(), 0);
        }
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is neither a quantity nor a percentage from 0% to 100%");
  }
}
