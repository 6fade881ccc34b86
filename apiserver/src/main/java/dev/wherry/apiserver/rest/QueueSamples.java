package dev.wherry.apiserver.rest;

import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.queue.QueueFigures;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** The queues of controllers on the metrics page, as client-go's metrics name them. */
final class QueueSamples {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private QueueSamples() {}

  static void write(MetricsText page, Map<String, QueueFigures> queues) {
    all(page, queues, "workqueue_depth", "gauge", "Keys that wait.", QueueFigures::depth);
    all(page, queues, "workqueue_adds_total", "counter", "Keys added.", QueueFigures::adds);
    all(page, queues, "workqueue_retries_total", "counter", "Keys put off.", QueueFigures::retries);
    all(
        page,
        queues,
        "workqueue_unfinished_work_seconds",
        "gauge",
        "How long the keys that workers have have been with them, summed up.",
        queue -> queue.unfinishedNanos() / NANOS_PER_SECOND);
    all(
        page,
        queues,
        "workqueue_longest_running_processor_seconds",
        "gauge",
        "How long a worker has had the oldest key.",
        queue -> queue.longestNanos() / NANOS_PER_SECOND);
    String waited = "workqueue_queue_duration_seconds";
    page.head(waited, "histogram", "How long keys wait for a worker.");
    queues.forEach((name, queue) -> page.histogram(waited, label(name), queue.waited()));
    String worked = "workqueue_work_duration_seconds";
    page.head(worked, "histogram", "How long workers need for a key.");
    queues.forEach((name, queue) -> page.histogram(worked, label(name), queue.worked()));
  }

  private static void all(
      MetricsText page,
      Map<String, QueueFigures> queues,
      String metric,
      String type,
      String help,
      ToDoubleFunction<QueueFigures> value) {
    page.head(metric, type, help);
    queues.forEach((name, queue) -> page.sample(metric, label(name), value.applyAsDouble(queue)));
  }

  private static String label(String name) {
    return "name=\"" + name + "\"";
  }
}
