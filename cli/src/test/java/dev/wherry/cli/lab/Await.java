package dev.wherry.cli.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition of other processes. */
public final class Await {
  private static final Duration WAIT_MAX = Duration.ofMinutes(4);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** Something that may not be so yet. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws IOException;
  }

  private Await() {}

  /** Fails with what the supplier says when the condition does not come true. */
  public static void until(Supplier<String> what, Condition condition) throws IOException {
    long end = System.nanoTime() + WAIT_MAX.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not: " + what.get());
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }
}
