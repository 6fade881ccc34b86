package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.cri.RuntimeOperations;
import dev.wherry.kubelet.pod.PodCounts;
import dev.wherry.machinery.figures.MetricsText;
import java.time.Duration;

/**
 * How long the kubelet and its runtime take for their work, as the second part of the kubelet's own
 * {@code /metrics} (kubelet pkg/kubelet/metrics).
 */
public final class TimesPage {
  private static final String OPERATION = "operation_type";
  private static final String OPERATIONS = "kubelet_runtime_operations_total";
  private static final String FAILED = "kubelet_runtime_operations_errors_total";
  private static final String TOOK = "kubelet_runtime_operations_duration_seconds";
  private static final String ROUND = "kubelet_pod_worker_duration_seconds";
  private static final String START = "kubelet_pod_start_duration_seconds";
  private static final String SLI = "kubelet_pod_start_sli_duration_seconds";
  private static final String TOTAL = "kubelet_pod_start_total_duration_seconds";

  private TimesPage() {}

  /**
   * @param certificate how long the server's certificate holds
   */
  public static String of(PodCounts pods, RuntimeOperations runtime, Duration certificate) {
    MetricsText page = new MetricsText();
    page.head(OPERATIONS, "counter", "[ALPHA] Calls of the runtime by operation.");
    runtime
        .operations()
        .forEach((name, counted) -> {
          long[] counts = counted.took().cumulative();
          page.sample(OPERATIONS, labels(name), counts[counts.length - 1]);
        });
    page.head(FAILED, "counter", "[ALPHA] Calls of the runtime that failed, by operation.");
    runtime
        .operations()
        .forEach((name, counted) -> page.sample(FAILED, labels(name), counted.failed().sum()));
    page.head(TOOK, "histogram", "[ALPHA] How long calls of the runtime take, by operation.");
    runtime
        .operations()
        .forEach((name, counted) -> page.histogram(TOOK, labels(name), counted.took()));
    page.head(ROUND, "histogram", "[ALPHA] How long a look at one pod takes.");
    pods.rounds().forEach((kind, took) -> page.histogram(ROUND, labels(kind.label()), took));
    page.histogram(
        START, "[ALPHA] From the first sight of a pod to its running.", "", pods.untilRunning());
    page.histogram(
        TOTAL, "[ALPHA] From a pod's creation to its running.", "", pods.sinceCreation());
    page.histogram(
        SLI,
        "[ALPHA] The same without image pulls and init containers, of pods that own no state.",
        "",
        pods.untilRunningByItself());
    page.gauge(
        "kubelet_certificate_manager_server_ttl_seconds",
        "[ALPHA] How long the server's certificate holds.",
        certificate.toSeconds());
    return page.toString();
  }

  private static String labels(String operation) {
    return MetricsText.labels(OPERATION, operation);
  }
}
