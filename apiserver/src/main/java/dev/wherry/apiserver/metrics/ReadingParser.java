package dev.wherry.apiserver.metrics;

import dev.wherry.apiserver.metrics.Reading.PodName;
import dev.wherry.apiserver.metrics.Reading.Point;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Reads the page {@code /metrics/resource} of a kubelet, ours or upstream's (metrics-server
 * scraper/client/resource). What it does not know it passes over; a malformed line too.
 */
final class ReadingParser {
  private static final String NODE_CPU = "node_cpu_usage_seconds_total";
  private static final String NODE_MEMORY = "node_memory_working_set_bytes";
  private static final String CPU = "container_cpu_usage_seconds_total";
  private static final String MEMORY = "container_memory_working_set_bytes";
  private static final String START = "container_start_time_seconds";
  private static final int NANOS = 9;
  private static final int MILLIS = 3;

  private final Instant readAt;
  private final Half node = new Half();
  private final Map<PodName, Map<String, Half>> pods = new HashMap<>();

  /** A point whose figures come line by line. */
  private static final class Half {
    private OptionalLong cpuNanos = OptionalLong.empty();
    private OptionalLong memoryBytes = OptionalLong.empty();
    private Optional<Instant> at = Optional.empty();
    private Optional<Instant> startedAt = Optional.empty();

    Optional<Point> whole(Instant readAt) {
      return cpuNanos.isPresent() && memoryBytes.isPresent()
          ? Optional.of(
              new Point(
                  at.orElse(readAt), startedAt, cpuNanos.getAsLong(), memoryBytes.getAsLong()))
          : Optional.empty();
    }
  }

  private ReadingParser(Instant readAt) {
    this.readAt = readAt;
  }

  /**
   * @param readAt stands for the time of samples that have none
   */
  static Reading parse(String page, Instant readAt) {
    ReadingParser parser = new ReadingParser(readAt);
    page.lines().filter(line -> !line.isEmpty() && line.charAt(0) != '#').forEach(parser::line);
    return parser.reading();
  }

  private Reading reading() {
    Map<PodName, Map<String, Point>> whole = new HashMap<>();
    pods.forEach((name, halves) -> {
      Map<String, Point> points = new TreeMap<>();
      halves.forEach(
          (container, half) -> half.whole(readAt).ifPresent(p -> points.put(container, p)));
      // A pod with a container of which half is missing is not known yet.
      if (points.size() == halves.size()) {
        whole.put(name, points);
      }
    });
    return new Reading(readAt, node.whole(readAt), whole);
  }

  private void line(String line) {
    int brace = line.indexOf('{');
    int close = line.lastIndexOf('}');
    int space = line.indexOf(' ', Math.max(close, 0));
    if (space < 0) {
      return;
    }
    String name = line.substring(0, brace < 0 ? space : brace);
    String[] rest = line.substring(space + 1).strip().split(" ", 2);
    Optional<BigDecimal> value = number(rest[0]);
    if (value.isEmpty()) {
      return;
    }
    Optional<Instant> at =
        rest.length < 2
            ? Optional.empty()
            : number(rest[1].strip()).map(millis -> Instant.ofEpochMilli(millis.longValue()));
    switch (name) {
      case NODE_CPU, NODE_MEMORY -> take(node, name, value.get(), at);
      case CPU, MEMORY, START -> {
        if (brace >= 0 && close > brace) {
          take(container(labels(line.substring(brace + 1, close))), name, value.get(), at);
        }
      }
      default -> {}
    }
  }

  private Half container(Map<String, String> labels) {
    PodName pod = new PodName(labels.getOrDefault("namespace", ""), labels.getOrDefault("pod", ""));
    return pods.computeIfAbsent(pod, _ -> new TreeMap<>())
        .computeIfAbsent(labels.getOrDefault("container", ""), _ -> new Half());
  }

  private static void take(Half half, String name, BigDecimal value, Optional<Instant> at) {
    switch (name) {
      case CPU, NODE_CPU -> {
        half.cpuNanos = OptionalLong.of(value.movePointRight(NANOS).longValue());
        half.at = at;
      }
      case MEMORY, NODE_MEMORY -> half.memoryBytes = OptionalLong.of(value.longValue());
      default ->
          half.startedAt =
              Optional.of(Instant.ofEpochMilli(value.movePointRight(MILLIS).longValue()));
    }
  }

  /** Label values are quoted; a backslash hides the character behind it. */
  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    int at = 0;
    while (at < text.length()) {
      int equals = text.indexOf("=\"", at);
      if (equals < 0) {
        return labels;
      }
      StringBuilder value = new StringBuilder();
      int i = equals + 2;
      while (i < text.length() && text.charAt(i) != '"') {
        if (text.charAt(i) == '\\' && i + 1 < text.length()) {
          i++;
        }
        value.append(text.charAt(i));
        i++;
      }
      labels.put(text.substring(at, equals).replace(",", "").strip(), value.toString());
      at = i + 1;
    }
    return labels;
  }

  private static Optional<BigDecimal> number(String text) {
    try {
      return Optional.of(new BigDecimal(text));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
