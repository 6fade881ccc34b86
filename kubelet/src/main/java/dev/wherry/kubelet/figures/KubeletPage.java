package dev.wherry.kubelet.figures;

import java.util.Optional;
import java.util.OptionalLong;

/** The page of the kubelet's own {@code /metrics} (kubelet pkg/kubelet/metrics). */
public final class KubeletPage {
  private static final String PODS = "kubelet_running_pods";
  private static final String CONTAINERS = "kubelet_running_containers";
  private static final String NAME = "kubelet_node_name";
  private static final String BUILD = "kubernetes_build_info";
  private static final String CPU = "process_cpu_seconds_total";
  private static final String RSS = "process_resident_memory_bytes";
  private static final String START = "process_start_time_seconds";
  private static final double MILLIS_PER_SECOND = 1e3;

  private KubeletPage() {}

  /**
   * @param version of the kubelet
   */
  public static String of(Figures figures, String version) {
    return of(figures.look(), version);
  }

  static String of(NodeFigures figures, String version) {
    NodeUse.Program program = figures.node().program();
    long containers = figures.pods().stream().mapToLong(pod -> pod.containers().size()).sum();
    PrometheusPage page =
        new PrometheusPage()
            .gauge(CONTAINERS, "[ALPHA] Number of containers currently running")
            .gauge(NAME, "[ALPHA] The node's name. The count is always 1.")
            .gauge(PODS, "[ALPHA] Number of pods that have a running pod sandbox")
            .gauge(BUILD, "[ALPHA] A metric with a constant '1' value labeled by version.")
            .counter(CPU, "[STABLE] Total user and system CPU time spent in seconds.")
            .gauge(RSS, "[STABLE] Resident memory size in bytes.")
            .gauge(START, "[STABLE] Start time of the process since unix epoch in seconds.");
    Optional<java.time.Instant> untimed = Optional.empty();
    page.sample(
        CONTAINERS, PrometheusPage.labels("container_state", "running"), containers, untimed);
    page.sample(NAME, PrometheusPage.labels("node", figures.node().name()), 1, untimed);
    page.sample(PODS, "", figures.pods().size(), untimed);
    page.sample(BUILD, PrometheusPage.labels("git_version", version), 1, untimed);
    page.seconds(CPU, "", OptionalLong.of(program.cpuNanos()), untimed);
    page.sample(RSS, "", program.rssBytes(), untimed);
    page.sample(START, "", program.startedAt().toEpochMilli() / MILLIS_PER_SECOND, untimed);
    return page.text();
  }
}
