package dev.wherry.machinery.queue;

import dev.wherry.machinery.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A queue of keys: a key stands in it once however often it is added; a key added while a worker
 * has it comes back when that worker is done, so no key is with two workers (client-go
 * util/workqueue). Bounded: {@link #add} of a new key waits while the queue is full; a worker that
 * gives its own key back never waits.
 *
 * @param <K> a value with equality
 */
public final class WorkQueue<K> implements AutoCloseable {
  /** Distinct keys waiting: above any number of objects one cluster is sized for. */
  public static final int KEYS_MAX = 262_144;

  private final Timer timer;
  private final int keysMax;
  private final RetryDelays<K> retries;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ready = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<K> order = new ArrayDeque<>();
  private final Set<K> waiting = new HashSet<>();
  private final Set<K> processing = new HashSet<>();
  private final Map<K, Delayed> delayed = new HashMap<>();
  private final QueueTally<K> tally = new QueueTally<>();
  private boolean closed;

  private record Delayed(Instant due, Timer.Alarm alarm) {}

  public WorkQueue(Timer timer) {
    this(timer, KEYS_MAX);
  }

  public WorkQueue(Timer timer, int keysMax) {
    this(timer, keysMax, RetryDelays.Config.DEFAULT);
  }

  private WorkQueue(Timer timer, int keysMax, RetryDelays.Config config) {
    this.timer = timer;
    this.keysMax = keysMax;
    this.retries = new RetryDelays<>(config);
  }

  /** A queue whose keys come back after so long at the latest, however often they failed. */
  public static <K> WorkQueue<K> retrying(Timer timer, Duration retryMax) {
    return new WorkQueue<>(timer, KEYS_MAX, RetryDelays.Config.DEFAULT.withMax(retryMax));
  }

  /** Adds a key unless it waits already; blocks while the queue is full of others. */
  public void add(K key) {
    lock.lock();
    try {
      while (!closed && waiting.size() >= keysMax && !waiting.contains(key)) {
        room.awaitUninterruptibly();
      }
      enqueue(key);
    } finally {
      lock.unlock();
    }
  }

  /** Adds a key later; of several such times the earliest counts. */
  public void addAfter(K key, Duration delay) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      tally.retried();
      if (!delay.isPositive()) {
        enqueue(key);
        return;
      }
      Instant due = timer.instant().plus(delay);
      Delayed before = delayed.get(key);
      if (before != null && !due.isBefore(before.due())) {
        return;
      }
      if (before != null) {
        before.alarm().cancel();
      }
      delayed.put(key, new Delayed(due, timer.after(delay, () -> fire(key, due))));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a key after its back-off: 5 ms, doubled by every failure, at most 1,000 s unless the queue
   * was made otherwise.
   */
  public void addRateLimited(K key) {
    lock.lock();
    try {
      addAfter(key, retries.next(key, timer.instant()));
    } finally {
      lock.unlock();
    }
  }

  /** Ends a key's back-off: it succeeded. */
  public void forget(K key) {
    lock.lock();
    try {
      retries.forget(key);
    } finally {
      lock.unlock();
    }
  }

  /** How often the key failed since it was last forgotten. */
  public int failures(K key) {
    return locked(() -> retries.failures(key));
  }

  /**
   * The next key; the caller must give it to {@link #done} afterwards.
   *
   * @return empty once the queue is closed
   */
  public Optional<K> take() throws InterruptedException {
    lock.lock();
    try {
      while (order.isEmpty() && !closed) {
        ready.await();
      }
      if (closed) {
        return Optional.empty();
      }
      return Optional.of(next());
    } finally {
      lock.unlock();
    }
  }

  /** The next key if one is ready, as {@link #take}; empty while none is. */
  public Optional<K> poll() {
    return locked(() -> order.isEmpty() || closed ? Optional.empty() : Optional.of(next()));
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  private K next() {
    K key = order.removeFirst();
    waiting.remove(key);
    processing.add(key);
    tally.taken(key, timer.instant());
    room.signal();
    return key;
  }

  /** The worker is through with the key; it comes again if it was added meanwhile. */
  public void done(K key) {
    lock.lock();
    try {
      processing.remove(key);
      tally.done(key, timer.instant());
      if (waiting.contains(key)) {
        order.addLast(key);
        ready.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Keys that wait now, delayed ones left out. */
  public int size() {
    return locked(waiting::size);
  }

  /** What it has done so far. */
  public QueueFigures figures() {
    return locked(() -> tally.figures(order.size(), timer.instant()));
  }

  /** Nothing waits, is processed or is delayed by less than the given time. */
  public boolean idleFor(Duration ahead) {
    lock.lock();
    try {
      Instant end = timer.instant().plus(ahead);
      return waiting.isEmpty()
          && processing.isEmpty()
          && delayed.values().stream().allMatch(d -> d.due().isAfter(end));
    } finally {
      lock.unlock();
    }
  }

  private void fire(K key, Instant due) {
    lock.lock();
    try {
      Delayed set = delayed.get(key);
      if (set != null && set.due().equals(due)) {
        delayed.remove(key);
        enqueue(key);
      }
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(K key) {
    if (closed || !waiting.add(key)) {
      return;
    }
    tally.added(key, timer.instant());
    if (processing.contains(key)) {
      return;
    }
    order.addLast(key);
    ready.signal();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      delayed.values().forEach(d -> d.alarm().cancel());
      delayed.clear();
      ready.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
