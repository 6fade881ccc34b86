package dev.wherry.kubelet.pod;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Exponential waits by key, as the kubelet's: the first try is free, then each doubles the wait up
 * to a maximum; twice the maximum without a try forgets. Owned by one worker.
 */
public final class BackOffs {
  /** Of restarts and pulls. */
  public static final Duration INITIAL = Duration.ofSeconds(10);

  public static final Duration MAXIMUM = Duration.ofSeconds(300);

  private final Map<String, Entry> entries = new HashMap<>();

  private record Entry(Duration delay, Instant updated) {}

  /**
   * The time before which the key should not be tried, for an event at {@code since}; that time
   * itself or earlier means now.
   */
  public Instant until(String key, Instant since) {
    Entry entry = entries.get(key);
    if (entry == null || expired(entry, since)) {
      return since;
    }
    return since.plus(entry.delay());
  }

  /** The current wait of a key; zero when it has none. */
  public Duration delay(String key) {
    Entry entry = entries.get(key);
    return entry == null ? Duration.ZERO : entry.delay();
  }

  /** Notes a try, which makes the next wait longer. */
  public void tried(String key, Instant now) {
    Entry entry = entries.get(key);
    if (entry == null || expired(entry, now)) {
      entries.put(key, new Entry(INITIAL, now));
      return;
    }
    Duration doubled = entry.delay().multipliedBy(2);
    entries.put(key, new Entry(doubled.compareTo(MAXIMUM) > 0 ? MAXIMUM : doubled, now));
  }

  /** Forgets a key. */
  public void reset(String key) {
    entries.remove(key);
  }

  private static boolean expired(Entry entry, Instant at) {
    return Duration.between(entry.updated(), at).compareTo(MAXIMUM.multipliedBy(2)) > 0;
  }
}
