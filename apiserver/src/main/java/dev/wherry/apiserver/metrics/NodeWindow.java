package dev.wherry.apiserver.metrics;

import dev.wherry.apiserver.metrics.Reading.PodName;
import dev.wherry.apiserver.metrics.Reading.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Two readings of one node, from which rates follow (metrics-server pkg/storage). Pure. */
record NodeWindow(Reading before, Reading after) {
  /** A container's whole life stands for the first reading when it is at least this long. */
  private static final Duration LIFE_MIN = Duration.ofSeconds(5);

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * What something used over a time.
   *
   * @param timestamp the end of the window
   * @param nanoCores billionths of a core, rounded up
   */
  record Use(Instant timestamp, Duration window, long nanoCores, long memoryBytes) {}

  Optional<Use> node() {
    return after.node().flatMap(last -> before.node().flatMap(first -> use(first, last)));
  }

  /** The containers of a pod by name; empty when one of them is not known for long enough. */
  Map<String, Use> pod(PodName name) {
    Map<String, Point> last = after.pods().getOrDefault(name, Map.of());
    Map<String, Point> first = before.pods().getOrDefault(name, Map.of());
    Map<String, Use> uses = new TreeMap<>();
    for (Map.Entry<String, Point> container : last.entrySet()) {
      Optional<Use> use =
          beginning(Optional.ofNullable(first.get(container.getKey())), container.getValue())
              .flatMap(from -> use(from, container.getValue()));
      if (use.isEmpty()) {
        return Map.of();
      }
      uses.put(container.getKey(), use.get());
    }
    return uses;
  }

  /** The earlier reading, unless the container has begun anew since: then its start. */
  private static Optional<Point> beginning(Optional<Point> earlier, Point last) {
    boolean same =
        earlier.isPresent()
            && last.startedAt().map(start -> start.isBefore(earlier.get().at())).orElse(true)
            && earlier.get().cpuNanos() <= last.cpuNanos();
    if (same) {
      return earlier;
    }
    return last.startedAt()
        .filter(start -> Duration.between(start, last.at()).compareTo(LIFE_MIN) >= 0)
        .map(start -> new Point(start, last.startedAt(), 0, 0));
  }

  private static Optional<Use> use(Point first, Point last) {
    Duration window = Duration.between(first.at(), last.at());
    if (!window.isPositive() || last.cpuNanos() < first.cpuNanos()) {
      return Optional.empty();
    }
    double rate = (last.cpuNanos() - first.cpuNanos()) * NANOS_PER_SECOND / window.toNanos();
    return Optional.of(new Use(last.at(), window, (long) Math.ceil(rate), last.memoryBytes()));
  }
}
