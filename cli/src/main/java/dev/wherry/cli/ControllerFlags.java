package dev.wherry.cli;

import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.NodeLife;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Flags of {@code server} that kube-controller-manager has too, by its names and with its meaning
 * (decision 0611).
 */
final class ControllerFlags {
  private static final NodeLife USUAL = NodeLife.DEFAULT;

  @Option(
      names = "--node-monitor-period",
      paramLabel = "TIME",
      description = "How often nodes' heartbeats are judged (default: ${DEFAULT-VALUE}).",
      defaultValue = "5s")
  private String monitorPeriod = "5s";

  @Option(
      names = "--node-monitor-grace-period",
      paramLabel = "TIME",
      description = "Silence after which a node's state is unknown (default: ${DEFAULT-VALUE}).",
      defaultValue = "40s")
  private String monitorGrace = "40s";

  @Option(
      names = "--node-startup-grace-period",
      paramLabel = "TIME",
      description = "The same for a node that has never reported (default: ${DEFAULT-VALUE}).",
      defaultValue = "1m")
  private String startupGrace = "1m";

  @Option(
      names = "--node-eviction-rate",
      paramLabel = "N",
      description =
          "Silent nodes of a zone whose pods may be evicted each second (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "0.1")
  private double evictionRate = USUAL.evictionsPerSecond();

  @Option(
      names = "--secondary-node-eviction-rate",
      paramLabel = "N",
      description = "The same in an unhealthy large zone (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.01")
  private double secondaryEvictionRate = USUAL.evictionsPerSecondUnhealthy();

  @Option(
      names = "--unhealthy-zone-threshold",
      paramLabel = "FRACTION",
      description =
          "Part of a zone's nodes, at least three, that are silent in an unhealthy one (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "0.55")
  private double unhealthyZone = USUAL.unhealthyZone();

  @Option(
      names = "--large-cluster-size-threshold",
      paramLabel = "NODES",
      description =
          "More nodes make a zone large; in an unhealthy smaller one nothing is evicted (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "50")
  private int largeZoneNodes = USUAL.largeZoneNodes();

  @Option(
      names = "--terminated-pod-gc-threshold",
      paramLabel = "PODS",
      description =
          "Finished pods kept before the oldest are deleted, 0 for all (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "" + ControllersConfig.Choices.TERMINATED_PODS_MAX)
  private int terminatedPodsMax = ControllersConfig.Choices.TERMINATED_PODS_MAX;

  /**
   * With what is built in.
   *
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  ControllersConfig.Choices choices(ControllersConfig.BuiltIns builtIns) {
    NodeLife nodes =
        new NodeLife(
            time("--node-monitor-period", monitorPeriod),
            time("--node-monitor-grace-period", monitorGrace),
            time("--node-startup-grace-period", startupGrace),
            evictionRate,
            secondaryEvictionRate,
            unhealthyZone,
            largeZoneNodes);
    return new ControllersConfig.Choices(builtIns, nodes, terminatedPodsMax);
  }

  private static Duration time(String flag, String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(flag + ": " + e.getMessage(), e);
    }
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    return new ArrayList<>(
        List.of(
            "--node-monitor-period=" + monitorPeriod,
            "--node-monitor-grace-period=" + monitorGrace,
            "--node-startup-grace-period=" + startupGrace,
            "--node-eviction-rate=" + evictionRate,
            "--secondary-node-eviction-rate=" + secondaryEvictionRate,
            "--unhealthy-zone-threshold=" + unhealthyZone,
            "--large-cluster-size-threshold=" + largeZoneNodes,
            "--terminated-pod-gc-threshold=" + terminatedPodsMax));
  }
}
