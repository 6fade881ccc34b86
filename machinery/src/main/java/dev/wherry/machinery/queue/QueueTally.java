package dev.wherry.machinery.queue;

import dev.wherry.machinery.figures.Histogram;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Counts for one queue, under the queue's lock. */
final class QueueTally<K> {
  /** Upstream's: ten times as long each, from 10 ns to 1,000 s. */
  private static final double[] BOUNDS_SECONDS = {
    1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1_000
  };

  private final Map<K, Instant> added = new HashMap<>();
  private final Map<K, Instant> taken = new HashMap<>();
  private final Histogram waited = Histogram.ofSeconds(BOUNDS_SECONDS);
  private final Histogram worked = Histogram.ofSeconds(BOUNDS_SECONDS);
  private long adds;
  private long retries;

  void added(K key, Instant now) {
    adds++;
    added.put(key, now);
  }

  void taken(K key, Instant now) {
    Instant since = added.remove(key);
    if (since != null) {
      waited.add(Duration.between(since, now).toNanos());
    }
    taken.put(key, now);
  }

  void done(K key, Instant now) {
    Instant since = taken.remove(key);
    if (since != null) {
      worked.add(Duration.between(since, now).toNanos());
    }
  }

  void retried() {
    retries++;
  }

  QueueFigures figures(long depth, Instant now) {
    long unfinished = 0;
    long longest = 0;
    for (Instant since : taken.values()) {
      long nanos = Duration.between(since, now).toNanos();
      unfinished += nanos;
      longest = Math.max(longest, nanos);
    }
    return new QueueFigures(depth, adds, retries, waited, worked, unfinished, longest);
  }
}
