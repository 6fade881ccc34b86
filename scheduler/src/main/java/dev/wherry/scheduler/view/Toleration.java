package dev.wherry.scheduler.view;

import java.math.BigInteger;
import java.util.List;

/**
 * What a pod puts up with (core/v1 Toleration).
 *
 * @param operator Equal, Exists, Lt or Gt; "" means Equal
 * @param effect "" means every effect
 */
public record Toleration(String key, String operator, String value, String effect) {
  public boolean tolerates(Taint taint) {
    if (!effect.isEmpty() && !effect.equals(taint.effect())) {
      return false;
    }
    if (!key.isEmpty() && !key.equals(taint.key())) {
      return false;
    }
    return switch (operator) {
      case "", "Equal" -> value.equals(taint.value());
      case "Exists" -> true;
      case "Gt" -> compare(taint.value()) > 0;
      case "Lt" -> compare(taint.value()) < 0;
      default -> false;
    };
  }

  /**
   * Sign of the taint's number less ours; 0, which tolerates nothing, where either is no number.
   */
  private int compare(String taintValue) {
    try {
      return new BigInteger(taintValue).compareTo(new BigInteger(value));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static boolean anyTolerates(List<Toleration> tolerations, Taint taint) {
    for (Toleration toleration : tolerations) {
      if (toleration.tolerates(taint)) {
        return true;
      }
    }
    return false;
  }
}
