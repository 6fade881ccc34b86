package dev.wherry.cli.lab;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.machinery.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A clock beside the real one that can jump; alarms that a jump passes run at once. One platform
 * thread owns them.
 */
public final class ShiftedTimer implements Timer, AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(5);

  private record Task(Instant due, long order, Runnable run) {}

  private final SystemTimer real = new SystemTimer();
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::order));
  private final Thread thread = Thread.ofPlatform().name("shifted-timer").daemon().start(this::run);
  private Duration shift;
  private long order;
  private volatile boolean closed;

  /**
   * @param shift negative for a clock that is behind
   */
  public ShiftedTimer(Duration shift) {
    this.shift = shift;
  }

  @Override
  public synchronized Instant instant() {
    return real.instant().plus(shift);
  }

  @Override
  public synchronized Alarm after(Duration delay, Runnable run) {
    Task task = new Task(instant().plus(delay), order++, run);
    tasks.add(task);
    return () -> {
      synchronized (this) {
        tasks.remove(task);
      }
    };
  }

  /** Moves the clock on. */
  public synchronized void jump(Duration by) {
    shift = shift.plus(by);
  }

  private void run() {
    while (!closed) {
      Task task = due();
      if (task == null) {
        LockSupport.parkNanos(LOOK.toNanos());
      } else {
        task.run().run();
      }
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Task due() {
    Task next = tasks.peek();
    return next == null || next.due().isAfter(instant()) ? null : tasks.poll();
  }

  @Override
  public void close() {
    closed = true;
    try {
      if (Thread.currentThread() != thread) {
        // Whoever deletes the folders afterwards must not meet an alarm that writes.
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    real.close();
  }
}
