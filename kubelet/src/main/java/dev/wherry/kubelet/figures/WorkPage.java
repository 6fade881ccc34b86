package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.pod.PodCounts;
import dev.wherry.machinery.figures.HistogramFamily;
import dev.wherry.machinery.figures.MetricsText;

/** What the kubelet did with groups, volumes and a short node, for its page of metrics. */
public final class WorkPage {
  private WorkPage() {}

  /**
   * Adds it.
   *
   * @param groups how long work on pods' cgroups took
   */
  public static void write(MetricsText page, PodCounts pods, HistogramFamily groups) {
    page.counters(
        "kubelet_evictions",
        "[ALPHA] Pods that the node has ended, by what was short.",
        pods.evictions());
    page.histograms(
        "kubelet_cgroup_manager_duration_seconds",
        "[ALPHA] How long work on pods' cgroups takes, by operation.",
        groups);
    pods.volumes().write(page);
  }
}
