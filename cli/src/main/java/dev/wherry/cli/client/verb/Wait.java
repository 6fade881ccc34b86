package dev.wherry.cli.client.verb;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Asks again each second until a time is over, for what cannot be watched. */
public final class Wait {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final long endNanos;
  private final Duration pause;

  /**
   * @param patience from now on
   */
  public Wait(Duration patience) {
    this(patience, PAUSE);
  }

  public Wait(Duration patience, Duration pause) {
    this.endNanos = System.nanoTime() + Math.min(patience.toNanos(), Long.MAX_VALUE / 2);
    this.pause = pause;
  }

  /** Pauses; false when the time is over, or somebody wants this thread to end. */
  public boolean again() {
    long left = endNanos - System.nanoTime();
    if (left <= 0 || Thread.currentThread().isInterrupted()) {
      return false;
    }
    LockSupport.parkNanos(Math.min(left, pause.toNanos()));
    return true;
  }

  /** What is left, zero when it is over. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }
}
