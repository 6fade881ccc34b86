package dev.wherry.kubelet.volume;

import dev.wherry.machinery.figures.CounterFamily;
import dev.wherry.machinery.figures.HistogramFamily;
import dev.wherry.machinery.figures.MetricsText;

/**
 * How long volumes take to be there and to be gone, by upstream's names (rule: volume/util
 * OperationCompleteHook). Any thread.
 */
public final class VolumeOperations {
  /** Upstream's; setting up the same content again is one too. */
  static final String MOUNT = "volume_mount";

  static final String UNMOUNT = "volume_unmount";

  private final HistogramFamily took =
      new HistogramFamily(.1, .25, .5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600);
  private final CounterFamily failed = new CounterFamily();

  /**
   * @param plugin as {@link VolumePlugins} names it
   */
  void done(String operation, String plugin, boolean success, long nanos) {
    took.add(
        MetricsText.labels(
            "migrated",
            "false",
            "operation_name",
            operation,
            "status",
            success ? "success" : "fail-unknown",
            "volume_plugin",
            plugin),
        nanos);
    if (!success) {
      failed.increment(MetricsText.labels("operation_name", operation, "volume_plugin", plugin));
    }
  }

  /** Adds its families to a page. */
  public void write(MetricsText page) {
    page.histograms(
        "storage_operation_duration_seconds", "[ALPHA] How long operations on volumes take.", took);
    page.counters(
        "storage_operation_errors_total",
        "[ALPHA] Operations on volumes that failed; kubernetes-mixin asks for this older name.",
        failed);
  }
}
