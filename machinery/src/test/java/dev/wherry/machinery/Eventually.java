package dev.wherry.machinery;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits on conditions in tests. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private Eventually() {}

  /**
   * @throws AssertionError when the condition has not become true within the patience
   */
  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
