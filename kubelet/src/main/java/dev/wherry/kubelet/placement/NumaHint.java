package dev.wherry.kubelet.placement;

/**
 * From where a resource could be given.
 *
 * @param nodes these memory nodes together; {@link NumaNodes#ANY} for no wish
 * @param preferred whether fewer nodes would not do on this machine
 */
public record NumaHint(NumaNodes nodes, boolean preferred) {
  /** All the same. */
  public static final NumaHint INDIFFERENT = new NumaHint(NumaNodes.ANY, true);

  /** Nowhere as it should be. */
  public static final NumaHint IMPOSSIBLE = new NumaHint(NumaNodes.ANY, false);

  /** Whether it comes with no wish. */
  boolean anywhere() {
    return nodes.equals(NumaNodes.ANY);
  }
}
