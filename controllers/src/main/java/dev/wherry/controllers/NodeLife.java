package dev.wherry.controllers;

import java.time.Duration;

/**
 * When nodes count as silent, and how fast silent ones may lose their pods (nodelifecycle).
 *
 * @param monitorPeriod how often heartbeats are judged
 * @param monitorGrace silence after which a node's state is unknown
 * @param startupGrace the same for a node that never reported
 * @param evictionsPerSecond nodes of a zone whose pods may be evicted
 * @param evictionsPerSecondUnhealthy the same in a large zone of which much is silent
 * @param unhealthyZone fraction of a zone's nodes, at least three, that makes it such a zone
 * @param largeZoneNodes more nodes make a zone large; in a smaller one nothing is evicted then
 */
public record NodeLife(
    Duration monitorPeriod,
    Duration monitorGrace,
    Duration startupGrace,
    double evictionsPerSecond,
    double evictionsPerSecondUnhealthy,
    double unhealthyZone,
    int largeZoneNodes) {
  /** As kube-controller-manager's, but for ten seconds less of grace (decision 0611). */
  public static final NodeLife DEFAULT =
      new NodeLife(
          Duration.ofSeconds(5),
          Duration.ofSeconds(40),
          Duration.ofSeconds(60),
          0.1,
          0.01,
          0.55,
          50);

  public NodeLife {
    if (!monitorPeriod.isPositive()) {
      throw new IllegalArgumentException("--node-monitor-period must be more than nothing");
    }
    if (monitorGrace.compareTo(monitorPeriod) <= 0) {
      throw new IllegalArgumentException(
          "--node-monitor-grace-period must be longer than --node-monitor-period");
    }
    if (startupGrace.isNegative()) {
      throw new IllegalArgumentException("--node-startup-grace-period must not be negative");
    }
    if (!(evictionsPerSecond >= 0 && evictionsPerSecondUnhealthy >= 0)) {
      throw new IllegalArgumentException(
          "--node-eviction-rate and --secondary-node-eviction-rate must not be negative");
    }
    if (!(unhealthyZone >= 0 && unhealthyZone <= 1)) {
      throw new IllegalArgumentException("--unhealthy-zone-threshold must be from 0 to 1");
    }
  }
}
