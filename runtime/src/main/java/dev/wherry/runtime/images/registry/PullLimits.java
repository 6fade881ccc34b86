package dev.wherry.runtime.images.registry;

import java.time.Duration;

/**
 * How patient a pull is.
 *
 * @param connect until a connection stands
 * @param answer until a request's status comes
 * @param stall without a byte of a body
 * @param firstRetry pause before the second try, doubled for each later one
 * @param longestRetry the longest pause
 * @param triesMax tries without any progress
 * @param parallel blobs of one pull at a time
 * @param freeBytesMin what stays free on the disk
 */
public record PullLimits(
    Duration connect,
    Duration answer,
    Duration stall,
    Duration firstRetry,
    Duration longestRetry,
    int triesMax,
    int parallel,
    long freeBytesMin) {
  private static final long FREE_BYTES = 256L << 20;

  /** Three layers at a time, five tries over half a minute, a minute's silence. */
  public static PullLimits usual() {
    return new PullLimits(
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(1),
        Duration.ofSeconds(15),
        5,
        3,
        FREE_BYTES);
  }

  PullLimits withTries(int max) {
    int tries = Math.min(max, triesMax);
    return new PullLimits(
        connect, answer, stall, firstRetry, longestRetry, tries, parallel, freeBytesMin);
  }
}
