package dev.wherry.store.horizon;

import java.time.Duration;

/**
 * What history is kept; whichever bound is met first.
 *
 * @param kept a client that was away for less can resume its watch, or page on
 * @param historyBytesMax about what the changes since the horizon may take on disk
 * @param interval between two looks; also how exact both bounds are
 */
public record HorizonPolicy(Duration kept, long historyBytesMax, Duration interval) {
  private static final long MIB = 1 << 20;

  public HorizonPolicy {
    if (interval.isNegative() || interval.isZero() || kept.compareTo(interval) < 0) {
      throw new IllegalArgumentException("interval " + interval + " is not in 0-" + kept);
    }
    if (historyBytesMax < MIB) {
      throw new IllegalArgumentException("historyBytesMax: " + historyBytesMax + " is below 1 MiB");
    }
  }

  /** Five minutes, as upstream's API server compacts its etcd; 64 MiB fit a small flash card. */
  public static HorizonPolicy defaults() {
    return new HorizonPolicy(Duration.ofMinutes(5), 64 * MIB, Duration.ofSeconds(10));
  }
}
