package dev.wherry.kubelet.eviction;

import java.time.Duration;

/**
 * Below what a signal must not fall.
 *
 * @param grace how long it may all the same; zero for a hard threshold
 * @param reclaim how far beyond it must come back before it counts as over
 */
public record Threshold(Signal signal, Amount below, Duration grace, Amount reclaim) {
  boolean hard() {
    return grace.isZero();
  }

  /** Whether it is broken; with {@code reclaiming} it is until so much more is back. */
  boolean broken(Observed observed, boolean reclaiming) {
    long needed = below.of(observed.capacity());
    return observed.available() < (reclaiming ? needed + reclaim.of(observed.capacity()) : needed);
  }
}
