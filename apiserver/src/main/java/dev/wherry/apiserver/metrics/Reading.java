package dev.wherry.apiserver.metrics;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a kubelet's page said at one moment.
 *
 * @param at when it was read
 * @param node empty when the page had no figures of the node
 * @param pods containers by name, by pod
 */
record Reading(Instant at, Optional<Point> node, Map<PodName, Map<String, Point>> pods) {

  /** A pod's namespace and name. */
  record PodName(String namespace, String name) {}

  /**
   * Figures of a node or a container.
   *
   * @param at when they were counted
   * @param startedAt since when the counter counts, if the kubelet says so
   * @param cpuNanos core time since then
   * @param memoryBytes the working set
   */
  record Point(Instant at, Optional<Instant> startedAt, long cpuNanos, long memoryBytes) {}
}
