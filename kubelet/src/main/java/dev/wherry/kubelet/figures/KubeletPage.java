package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.launch.UserNamespaces;
import dev.wherry.kubelet.pod.PodCounts;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.machinery.figures.MetricsText;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/** The page of the kubelet's own {@code /metrics} (kubelet pkg/kubelet/metrics). */
public final class KubeletPage {
  private static final String PODS = "kubelet_running_pods";
  private static final String CONTAINERS = "kubelet_running_containers";
  private static final String NAME = "kubelet_node_name";
  private static final String BUILD = "kubernetes_build_info";
  private static final String USERS = "kubelet_started_user_namespaced_pods_total";
  private static final String USERS_FAILED = "kubelet_started_user_namespaced_pods_errors_total";
  private static final String STARTED_PODS = "kubelet_started_pods_total";
  private static final String FAILED_PODS = "kubelet_started_pods_errors_total";
  private static final String STARTED = "kubelet_started_containers_total";
  private static final String FAILED = "kubelet_started_containers_errors_total";
  private static final String ENDED = "kubelet_terminated_containers_total";
  private static final String TYPE = "container_type";
  private static final String CPU = "process_cpu_seconds_total";
  private static final String RSS = "process_resident_memory_bytes";
  private static final String START = "process_start_time_seconds";
  private static final double MILLIS_PER_SECOND = 1e3;

  /** One figure of claims' volumes. */
  private record Figure(String help, Function<VolumeSpace, OptionalLong> of) {}

  private static final Map<String, Figure> VOLUMES =
      new TreeMap<>(
          Map.of(
              "capacity_bytes",
              new Figure("Capacity in bytes of the volume", v -> v.bytes().total()),
              "available_bytes",
              new Figure("Number of available bytes in the volume", v -> v.bytes().available()),
              "used_bytes",
              new Figure("Number of used bytes in the volume", v -> v.bytes().used()),
              "inodes",
              new Figure("Maximum number of inodes in the volume", v -> v.inodes().total()),
              "inodes_free",
              new Figure("Number of free inodes in the volume", v -> v.inodes().available()),
              "inodes_used",
              new Figure("Number of used inodes in the volume", v -> v.inodes().used())));

  private KubeletPage() {}

  /**
   * @param version of the kubelet
   */
  public static String of(
      Figures figures, String version, PodCounts pods, UserNamespaces.Counts users) {
    return of(figures.look(), version, pods, users);
  }

  static String of(
      NodeFigures figures, String version, PodCounts pods, UserNamespaces.Counts users) {
    NodeUse.Program program = figures.node().program();
    long containers = figures.pods().stream().mapToLong(pod -> pod.containers().size()).sum();
    PrometheusPage page =
        new PrometheusPage()
            .gauge(CONTAINERS, "[ALPHA] Number of containers currently running")
            .gauge(NAME, "[ALPHA] The node's name. The count is always 1.")
            .gauge(PODS, "[ALPHA] Number of pods that have a running pod sandbox")
            .gauge(BUILD, "[ALPHA] A metric with a constant '1' value labeled by version.")
            .counter(USERS, "[ALPHA] Pods with user namespaces that were begun")
            .counter(USERS_FAILED, "[ALPHA] Failures to begin pods with user namespaces")
            .counter(CPU, "[STABLE] Total user and system CPU time spent in seconds.")
            .gauge(RSS, "[STABLE] Resident memory size in bytes.")
            .gauge(START, "[STABLE] Start time of the process since unix epoch in seconds.");
    Optional<java.time.Instant> untimed = Optional.empty();
    page.sample(CONTAINERS, MetricsText.labels("container_state", "running"), containers, untimed);
    page.sample(NAME, MetricsText.labels("node", figures.node().name()), 1, untimed);
    page.sample(PODS, "", figures.pods().size(), untimed);
    page.sample(BUILD, MetricsText.labels("git_version", version), 1, untimed);
    page.sample(USERS, "", users.started(), untimed);
    page.sample(USERS_FAILED, "", users.failed(), untimed);
    page.seconds(CPU, "", OptionalLong.of(program.cpuNanos()), untimed);
    page.sample(RSS, "", program.rssBytes(), untimed);
    page.sample(START, "", program.startedAt().toEpochMilli() / MILLIS_PER_SECOND, untimed);
    begunAndEnded(page, pods);
    volumes(page, figures);
    return page.text();
  }

  private static void begunAndEnded(PrometheusPage page, PodCounts pods) {
    page.counter(STARTED_PODS, "[ALPHA] Attempts to start pods")
        .counter(FAILED_PODS, "[ALPHA] Attempts to start pods that failed")
        .counter(STARTED, "[ALPHA] Attempts to start containers")
        .counter(FAILED, "[ALPHA] Attempts to start containers that failed")
        .counter(ENDED, "[ALPHA] Containers that ended");
    Optional<java.time.Instant> untimed = Optional.empty();
    page.sample(STARTED_PODS, "", pods.pods(), untimed);
    page.sample(FAILED_PODS, "", pods.podErrors(), untimed);
    pods.containers()
        .forEach(
            (type, count) -> page.sample(STARTED, MetricsText.labels(TYPE, type), count, untimed));
    pods.containerErrors()
        .forEach((row, count) ->
            page.sample(
                FAILED, MetricsText.labels(TYPE, row.type(), "code", row.code()), count, untimed));
    pods.ends()
        .forEach((row, count) ->
            page.sample(
                ENDED,
                MetricsText.labels(
                    TYPE,
                    row.type(),
                    "exit_code",
                    Integer.toString(row.exitCode()),
                    "reason",
                    row.reason()),
                count,
                untimed));
  }

  /** Claims' volumes, each once whatever pods have it. */
  private static void volumes(PrometheusPage page, NodeFigures figures) {
    Map<String, VolumeSpace> byClaim = new TreeMap<>();
    for (PodUse pod : figures.pods()) {
      for (VolumeSpace volume : pod.volumes()) {
        if (!volume.claim().isEmpty()) {
          byClaim.putIfAbsent(
              MetricsText.labels(
                  "namespace", pod.namespace(), "persistentvolumeclaim", volume.claim()),
              volume);
        }
      }
    }
    VOLUMES.forEach((name, figure) -> {
      page.gauge("kubelet_volume_stats_" + name, "[ALPHA] " + figure.help());
      byClaim.forEach((labels, volume) ->
          figure
              .of()
              .apply(volume)
              .ifPresent(value ->
                  page.sample("kubelet_volume_stats_" + name, labels, value, Optional.empty())));
    });
  }
}
