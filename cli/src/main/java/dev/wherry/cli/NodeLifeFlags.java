package dev.wherry.cli;

import dev.wherry.controllers.NodeLife;
import java.util.List;
import picocli.CommandLine.Option;

/** When nodes are silent, and what then: flags of {@link ControllerFlags}. */
final class NodeLifeFlags {
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

  /**
   * @throws IllegalArgumentException with a sentence that names the flag
   */
  NodeLife life() {
    return new NodeLife(
        Durations.parse("--node-monitor-period", monitorPeriod),
        Durations.parse("--node-monitor-grace-period", monitorGrace),
        Durations.parse("--node-startup-grace-period", startupGrace),
        evictionRate,
        secondaryEvictionRate,
        unhealthyZone,
        largeZoneNodes);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    return List.of(
        "--node-monitor-period=" + monitorPeriod,
        "--node-monitor-grace-period=" + monitorGrace,
        "--node-startup-grace-period=" + startupGrace,
        "--node-eviction-rate=" + evictionRate,
        "--secondary-node-eviction-rate=" + secondaryEvictionRate,
        "--unhealthy-zone-threshold=" + unhealthyZone,
        "--large-cluster-size-threshold=" + largeZoneNodes);
  }
}
