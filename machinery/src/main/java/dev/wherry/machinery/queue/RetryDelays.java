package dev.wherry.machinery.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * When a key that failed is tried again: the later of an exponential delay of its own and of one
 * token bucket for all keys (client-go's DefaultControllerRateLimiter). Owned by its queue.
 */
final class RetryDelays<K> {
  /**
   * @param base delay after the first failure, doubled by every further one
   * @param perSecond tokens of the bucket
   * @param burst size of the bucket
   */
  record Config(Duration base, Duration max, double perSecond, int burst) {
    static final Config DEFAULT =
        new Config(Duration.ofMillis(5), Duration.ofSeconds(1_000), 10, 100);

    Config withMax(Duration other) {
      return new Config(base, other, perSecond, burst);
    }
  }

  private static final int SHIFT_MAX = 40;

  private final Config config;
  private final Map<K, Integer> failures = new HashMap<>();
  private double tokens;
  private Instant filled = Instant.EPOCH;

  RetryDelays(Config config) {
    this.config = config;
    this.tokens = config.burst();
  }

  Duration next(K key, Instant now) {
    int count = failures.merge(key, 1, Integer::sum) - 1;
    long millis = config.base().toMillis() << Math.min(count, SHIFT_MAX);
    Duration own =
        millis < 0 || millis > config.max().toMillis() ? config.max() : Duration.ofMillis(millis);
    Duration shared = reserve(now);
    return own.compareTo(shared) > 0 ? own : shared;
  }

  private Duration reserve(Instant now) {
    if (filled.isBefore(now)) {
      double seconds =
          filled.equals(Instant.EPOCH) ? 0 : Duration.between(filled, now).toMillis() / 1_000.0;
      tokens = Math.min(config.burst(), tokens + seconds * config.perSecond());
      filled = now;
    }
    tokens -= 1;
    return tokens >= 0
        ? Duration.ZERO
        : Duration.ofMillis((long) Math.ceil(-tokens * 1_000 / config.perSecond()));
  }

  int failures(K key) {
    return failures.getOrDefault(key, 0);
  }

  void forget(K key) {
    failures.remove(key);
  }
}
