package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** Lets one virtual thread wait for a watcher's events. */
final class WatchReader implements AutoCloseable {
  private final Semaphore signals = new Semaphore(0);
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final Watcher watcher;

  /**
   * @param start begins the watch; what it is given is to be called when something waits
   */
  WatchReader(Function<Runnable, Watcher> start) {
    this.watcher = start.apply(this::wake);
  }

  /** At most one signal waits, however many events do. */
  private void wake() {
    if (signalled.compareAndSet(false, true)) {
      signals.release();
    }
  }

  /**
   * @param nanosMax how long to wait; the answer is empty when that has passed, or when events were
   *     dropped
   */
  List<WatchEvent> take(int eventsMax, long nanosMax) throws InterruptedException {
    long until = System.nanoTime() + nanosMax;
    List<WatchEvent> events = watcher.take(eventsMax);
    while (events.isEmpty() && !watcher.overrun()) {
      if (!signals.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return List.of();
      }
      signalled.set(false);
      events = watcher.take(eventsMax);
    }
    return events;
  }

  /** Whether events were dropped. */
  boolean overrun() {
    return watcher.overrun();
  }

  /** Whether all that was visible before this was asked has been taken. */
  boolean drained() {
    return watcher.drained();
  }

  @Override
  public void close() {
    watcher.close();
  }
}
