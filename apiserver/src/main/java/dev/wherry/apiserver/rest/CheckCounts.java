package dev.wherry.apiserver.rest;

import dev.wherry.machinery.figures.MetricsText;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How the health checks went when somebody asked for all of them: the page {@code /metrics/slis}
 * (component-base metrics/prometheus/slis). Any thread counts; there are as many samples as the
 * server has checks, for each of their paths.
 */
final class CheckCounts {
  private static final double MILLIS_PER_SECOND = TimeUnit.SECONDS.toMillis(1);

  private final Map<String, Count> counts = new ConcurrentSkipListMap<>();

  /** What became of one check of one path. */
  private static final class Count {
    private final LongAdder good = new LongAdder();
    private final LongAdder bad = new LongAdder();
    private volatile boolean last;
  }

  /**
   * @param path {@code healthz}, {@code livez} or {@code readyz}
   */
  void add(String check, String path, boolean good) {
    String labels = MetricsText.labels("name", check, "type", path);
    Count count = counts.computeIfAbsent(labels, l -> new Count());
    (good ? count.good : count.bad).increment();
    count.last = good;
  }

  byte[] page() {
    MetricsText page = new MetricsText();
    String one = "kubernetes_healthcheck";
    page.head(one, "gauge", "Whether the check was good when last made.");
    counts.forEach((labels, count) -> page.sample(one, labels, count.last ? 1 : 0));
    String all = "kubernetes_healthchecks_total";
    page.head(all, "counter", "Checks made, by their results.");
    counts.forEach((labels, count) -> {
      total(page, all, labels, "error", count.bad);
      total(page, all, labels, "success", count.good);
    });
    page.gauge(
        "process_start_time_seconds",
        "Start, in seconds since the epoch.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void total(
      MetricsText page, String name, String labels, String status, LongAdder count) {
    long value = count.sum();
    if (value > 0) {
      page.sample(name, labels + "," + MetricsText.labels("status", status), value);
    }
  }
}
