package dev.wherry.kubelet.figures;

import dev.wherry.machinery.figures.MetricsText;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The page of {@code /metrics/resource}, from which CPU rates and working sets are made (kubelet
 * metrics/collectors resource_metrics).
 */
public final class ResourcePage {
  private static final String NODE_CPU = "node_cpu_usage_seconds_total";
  private static final String NODE_MEMORY = "node_memory_working_set_bytes";
  private static final String NODE_SWAP = "node_swap_usage_bytes";
  private static final String CONTAINER_CPU = "container_cpu_usage_seconds_total";
  private static final String CONTAINER_MEMORY = "container_memory_working_set_bytes";
  private static final String CONTAINER_SWAP = "container_swap_usage_bytes";
  private static final String CONTAINER_START = "container_start_time_seconds";
  private static final String POD_CPU = "pod_cpu_usage_seconds_total";
  private static final String POD_MEMORY = "pod_memory_working_set_bytes";
  private static final String ERROR = "resource_scrape_error";
  private static final double MILLIS_PER_SECOND = 1e3;

  private ResourcePage() {}

  public static String of(Figures figures) {
    return of(figures.look());
  }

  static String of(NodeFigures figures) {
    PrometheusPage page = declared();
    Optional<Instant> read = Optional.of(figures.node().readAt());
    NodeUse node = figures.node();
    page.seconds(NODE_CPU, "", OptionalLong.of(node.cpuNanos()), read);
    page.known(NODE_MEMORY, "", node.memory().workingSet(), read);
    page.sample(NODE_SWAP, "", node.swap().usedBytes(), read);
    figures.pods().forEach(pod -> pod(page, pod));
    page.sample(ERROR, "", figures.complete() ? 0 : 1, Optional.empty());
    return page.text();
  }

  private static PrometheusPage declared() {
    return new PrometheusPage()
        .counter(
            CONTAINER_CPU, "[STABLE] Cumulative cpu time consumed by the container in core-seconds")
        .gauge(CONTAINER_MEMORY, "[STABLE] Current working set of the container in bytes")
        .gauge(CONTAINER_START, "[STABLE] Start time of the container since unix epoch in seconds")
        .gauge(CONTAINER_SWAP, "[ALPHA] Current amount of the container swap usage in bytes")
        .counter(NODE_CPU, "[STABLE] Cumulative cpu time consumed by the node in core-seconds")
        .gauge(NODE_MEMORY, "[STABLE] Current working set of the node in bytes")
        .gauge(NODE_SWAP, "[ALPHA] Current swap usage of the node in bytes")
        .counter(POD_CPU, "[STABLE] Cumulative cpu time consumed by the pod in core-seconds")
        .gauge(POD_MEMORY, "[STABLE] Current working set of the pod in bytes")
        .gauge(
            ERROR, "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise");
  }

  private static void pod(PrometheusPage page, PodUse pod) {
    for (ContainerUse container : pod.containers()) {
      String labels =
          MetricsText.labels(
              "container", container.name(), "namespace", pod.namespace(), "pod", pod.name());
      Optional<Instant> read = Optional.of(container.readAt());
      page.seconds(CONTAINER_CPU, labels, container.cpu().nanos(), read);
      page.known(CONTAINER_MEMORY, labels, container.memory().workingSet(), read);
      page.known(CONTAINER_SWAP, labels, container.kernel().swapBytes(), read);
      container
          .startedAt()
          .ifPresent(start ->
              page.sample(
                  CONTAINER_START,
                  labels,
                  start.toEpochMilli() / MILLIS_PER_SECOND,
                  Optional.empty()));
    }
    String labels = MetricsText.labels("namespace", pod.namespace(), "pod", pod.name());
    Optional<Instant> read = Optional.of(pod.readAt());
    page.seconds(POD_CPU, labels, pod.cpu().nanos(), read);
    page.known(POD_MEMORY, labels, pod.memory().workingSet(), read);
  }
}
