package dev.wherry.machinery.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers that hold for a while, a bounded number of them: what was not asked for longest goes
 * first. Safe for many threads.
 */
public final class TimedCache<K, V> {
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<K, Held<V>> held;

  private record Held<V>(V answer, Instant until) {}

  private static final class InOrderOfUse<K, V> extends LinkedHashMap<K, Held<V>> {
    private static final long serialVersionUID = 1L;

    private final int answersMax;

    InOrderOfUse(int answersMax) {
      super(16, 0.75f, true);
      this.answersMax = answersMax;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, Held<V>> eldest) {
      return size() > answersMax;
    }
  }

  /**
   * @param answersMax how many are kept
   */
  public TimedCache(InstantSource clock, int answersMax) {
    this.clock = clock;
    this.held = new InOrderOfUse<>(answersMax);
  }

  /** The answer, while it holds. */
  public Optional<V> get(K question) {
    lock.lock();
    try {
      Held<V> answer = held.get(question);
      if (answer != null && clock.instant().isBefore(answer.until())) {
        return Optional.of(answer.answer());
      }
      held.remove(question);
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps an answer; for no time where the time is not positive. */
  public void put(K question, V answer, Duration time) {
    if (!time.isPositive()) {
      return;
    }
    lock.lock();
    try {
      held.put(question, new Held<>(answer, clock.instant().plus(time)));
    } finally {
      lock.unlock();
    }
  }
}
