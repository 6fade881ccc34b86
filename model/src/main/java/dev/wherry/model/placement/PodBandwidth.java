package dev.wherry.model.placement;

import dev.wherry.model.Quantity;
import java.util.Map;

/**
 * What a pod's annotations allow it on the network (upstream's pkg/util/bandwidth).
 *
 * @param toPodBits per second, 0 without a limit
 * @param fromPodBits per second, 0 without a limit
 */
public record PodBandwidth(long toPodBits, long fromPodBits) {
  public static final String INGRESS = "kubernetes.io/ingress-bandwidth";
  public static final String EGRESS = "kubernetes.io/egress-bandwidth";

  public static final PodBandwidth UNLIMITED = new PodBandwidth(0, 0);

  private static final long BITS_MIN = 1_000;
  private static final long BITS_MAX = 1_000_000_000_000_000L;

  /**
   * Reads a pod's annotations.
   *
   * @throws IllegalArgumentException with the annotation's name and upstream's words
   */
  public static PodBandwidth of(Map<String, String> annotations) {
    return new PodBandwidth(bits(annotations, INGRESS), bits(annotations, EGRESS));
  }

  private static long bits(Map<String, String> annotations, String name) {
    String text = annotations.get(name);
    if (text == null) {
      return 0;
    }
    long bits;
    try {
      bits = Quantity.parse(text).value();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    if (bits < BITS_MIN) {
      throw new IllegalArgumentException(name + ": resource is unreasonably small (< 1kbit)");
    }
    if (bits > BITS_MAX) {
      throw new IllegalArgumentException(name + ": resource is unreasonably large (> 1Pbit)");
    }
    return bits;
  }

  public boolean isLimited() {
    return !equals(UNLIMITED);
  }
}
