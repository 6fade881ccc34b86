package dev.wherry.controllers.autoscaling;

import java.time.Duration;
import java.time.Instant;

/**
 * A metric of one pod.
 *
 * @param at the end of its window
 * @param milli thousandths of its unit
 */
record Sample(Instant at, Duration window, long milli) {
  /** Stands for what was not measured. */
  static Sample assumed(long milli) {
    return new Sample(Instant.EPOCH, Duration.ZERO, milli);
  }
}
