package dev.wherry.cli.machines;

import dev.wherry.model.Quantity;

/**
 * What a machine may use of the real one.
 *
 * @param memoryBytes 0 for all
 * @param cpuMillis thousandths of a CPU; 0 for all
 */
record Limits(long memoryBytes, long cpuMillis) {
  static final Limits NONE = new Limits(0, 0);

  /** Below it no agent has room to run. */
  private static final long MEMORY_BYTES_MIN = 256L << 20;

  private static final long CPU_MILLIS_MIN = 100;
  private static final long CPU_MILLIS_MAX = 1_000_000;

  /**
   * Reads quantities of Kubernetes.
   *
   * @param memory such as {@code 512Mi}; empty for all
   * @param cpus such as {@code 1} or {@code 500m}; empty for all
   * @throws IllegalArgumentException with a sentence
   */
  static Limits parse(String memory, String cpus) {
    long bytes = memory.isEmpty() ? 0 : quantity("--memory", memory, "512Mi").value();
    long millis = cpus.isEmpty() ? 0 : quantity("--cpus", cpus, "1 or 500m").milliValue();
    if (!memory.isEmpty() && bytes < MEMORY_BYTES_MIN) {
      throw new IllegalArgumentException("--memory " + memory + ": a node needs 256Mi or more");
    }
    if (!cpus.isEmpty() && (millis < CPU_MILLIS_MIN || millis > CPU_MILLIS_MAX)) {
      throw new IllegalArgumentException("--cpus " + cpus + ": 100m to 1000");
    }
    return new Limits(bytes, millis);
  }

  private static Quantity quantity(String flag, String text, String example) {
    try {
      return Quantity.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s %s: write an amount as pods do, such as %s".formatted(flag, text, example), e);
    }
  }
}
