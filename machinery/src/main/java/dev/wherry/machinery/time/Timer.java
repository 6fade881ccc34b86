package dev.wherry.machinery.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/** The present time and alarms. */
public interface Timer extends InstantSource {
  /**
   * Runs a task later, on the timer's thread: it must be short and must not block.
   *
   * @param delay zero or less runs it as soon as possible, still not on the caller's thread's stack
   */
  Alarm after(Duration delay, Runnable task);

  /** Waits so long; for virtual threads that own a loop. */
  default void pause(Duration time) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    Alarm alarm = after(time, over::countDown);
    try {
      over.await();
    } finally {
      alarm.cancel();
    }
  }

  /** A set alarm. */
  @FunctionalInterface
  interface Alarm {
    /** Does nothing when the task has run. */
    void cancel();
  }
}
