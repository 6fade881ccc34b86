package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.probe.ProbeCount;
import dev.wherry.machinery.figures.MetricsText;
import java.util.Optional;

/** The page of {@code /metrics/probes} (kubelet pkg/kubelet/prober). */
public final class ProbePage {
  private static final String TOTAL = "prober_probe_total";

  private ProbePage() {}

  public static String of(PodWorkers workers) {
    PrometheusPage page =
        new PrometheusPage()
            .counter(
                TOTAL,
                "[BETA] Cumulative number of a liveness, readiness or startup probe for a"
                    + " container by result.");
    workers.probeCounts(
        (pod, count) -> page.sample(TOTAL, labels(pod, count), count.times(), Optional.empty()));
    return page.text();
  }

  private static String labels(PodView pod, ProbeCount count) {
    return MetricsText.labels(
        "container",
        count.container(),
        "namespace",
        pod.namespace(),
        "pod",
        pod.name(),
        "pod_uid",
        pod.uid(),
        "probe_type",
        count.kind().title(),
        "result",
        count.successful() ? "successful" : "failed");
  }
}
