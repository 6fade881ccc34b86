package dev.wherry.kubelet.figures;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * CPU rates between two looks at a growing counter. Owned by whoever holds the lock of {@link
 * Figures}.
 */
final class Rates {
  /** Looks closer together tell nothing new. */
  private static final Duration WINDOW_MIN = Duration.ofSeconds(1);

  /** A rate over a longer time is no present rate. */
  private static final Duration WINDOW_MAX = Duration.ofMinutes(2);

  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<String, Sample> samples = new HashMap<>();

  private record Sample(Instant at, long nanos, OptionalLong rate) {}

  /** The rate in billionths of a core; empty at the first look. */
  OptionalLong of(String id, Instant at, long nanos) {
    Sample before = samples.get(id);
    if (before == null || before.nanos() > nanos) {
      samples.put(id, new Sample(at, nanos, OptionalLong.empty()));
      return OptionalLong.empty();
    }
    Duration window = Duration.between(before.at(), at);
    if (window.compareTo(WINDOW_MIN) < 0) {
      return before.rate();
    }
    OptionalLong rate =
        window.compareTo(WINDOW_MAX) > 0
            ? OptionalLong.empty()
            : OptionalLong.of(
                (long) ((nanos - before.nanos()) * NANOS_PER_SECOND / window.toNanos()));
    samples.put(id, new Sample(at, nanos, rate));
    return rate;
  }

  /** Forgets what is gone. */
  void keepOnly(Set<String> ids) {
    samples.keySet().retainAll(ids);
  }
}
