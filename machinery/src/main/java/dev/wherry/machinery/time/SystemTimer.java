package dev.wherry.machinery.time;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clock, with alarms on one daemon platform thread. */
public final class SystemTimer implements Timer, AutoCloseable {
  private static final Logger LOG = System.getLogger(SystemTimer.class.getName());

  private final Clock clock = Clock.systemUTC();
  private final ScheduledThreadPoolExecutor thread;

  public SystemTimer() {
    thread =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("wherry-timer").daemon().unstarted(task));
    thread.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Instant instant() {
    return clock.instant();
  }

  @Override
  public Alarm after(Duration delay, Runnable task) {
    try {
      Future<?> set = thread.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> set.cancel(false);
    } catch (RejectedExecutionException closed) {
      // The program ends: nobody waits for this alarm any more.
      return () -> {};
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "alarm failed", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
