package dev.wherry.machinery.time;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;

/** A clock that moves only when told; alarms run on the thread that moves it. */
public final class FakeTimer implements Timer {
  private record Task(Instant due, long order, Runnable run) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(java.util.Comparator.comparing(Task::due).thenComparing(Task::order));
  private Instant now;
  private long order;

  public FakeTimer() {
    this(Instant.parse("2026-11-21T08:00:00Z"));
  }

  public FakeTimer(Instant start) {
    now = start;
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized Alarm after(Duration delay, Runnable run) {
    Task task = new Task(delay.isNegative() ? now : now.plus(delay), order++, run);
    tasks.add(task);
    return () -> {
      synchronized (this) {
        tasks.remove(task);
      }
    };
  }

  /** Moves the clock and runs, in order, what fell due on the way. */
  public void advance(Duration by) {
    Instant end = instant().plus(by);
    while (true) {
      Task task;
      synchronized (this) {
        task = tasks.peek();
        if (task == null || task.due().isAfter(end)) {
          now = end;
          return;
        }
        tasks.remove(task);
        now = task.due().isAfter(now) ? task.due() : now;
      }
      task.run().run();
    }
  }

  /** Alarms that are set. */
  public synchronized int pending() {
    return tasks.size();
  }
}
