package dev.wherry.controllers.node;

import dev.wherry.controllers.NodeLife;
import dev.wherry.model.core.v1.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast nodes of a zone may lose their pods: at the usual pace; where much of a zone is silent
 * at the slower one if the zone is large, else none; where every node of the cluster is silent,
 * none at all (nodelifecycle, zone states). A monitor.
 */
final class EvictionPace {
  /** Nodes with this label count as neither ready nor silent. */
  private static final String EXCLUDED = "node.kubernetes.io/exclude-disruption";

  private static final int DISRUPTED_NODES_MIN = 3;

  private record Bucket(double tokens, Instant filled) {}

  private record Counts(int ready, int silent) {
    Counts plus(boolean isReady) {
      return isReady ? new Counts(ready + 1, silent) : new Counts(ready, silent + 1);
    }
  }

  private final NodeLife limits;
  private final Map<String, Bucket> buckets = new HashMap<>();

  EvictionPace(NodeLife limits) {
    this.limits = limits;
  }

  /** Whether this node may be given an evicting taint now; takes a token if so. */
  synchronized NodeTaints.Eviction judge(Node node, List<Node> all, Instant now) {
    Map<String, Counts> zones = new HashMap<>();
    for (Node one : all) {
      if (one.metadata().labels().containsKey(EXCLUDED)) {
        continue;
      }
      boolean ready = NodeHealth.readiness(one).equals("True");
      zones.put(zone(one), zones.getOrDefault(zone(one), new Counts(0, 0)).plus(ready));
    }
    if (!zones.isEmpty() && zones.values().stream().allMatch(counts -> counts.ready() == 0)) {
      return NodeTaints.Eviction.NONE;
    }
    if (!NodeTaints.wantsEviction(node)) {
      return NodeTaints.Eviction.HOLD;
    }
    double rate = rate(zones.getOrDefault(zone(node), new Counts(0, 0)));
    return take(zone(node), rate, now) ? NodeTaints.Eviction.ADD : NodeTaints.Eviction.HOLD;
  }

  private double rate(Counts zone) {
    int total = zone.ready() + zone.silent();
    boolean disrupted =
        zone.ready() > 0
            && zone.silent() >= DISRUPTED_NODES_MIN
            && zone.silent() >= limits.unhealthyZone() * total;
    if (!disrupted) {
      return limits.evictionsPerSecond();
    }
    return total > limits.largeZoneNodes() ? limits.evictionsPerSecondUnhealthy() : 0;
  }

  private boolean take(String zone, double perSecond, Instant now) {
    Bucket bucket = buckets.getOrDefault(zone, new Bucket(1, now));
    double seconds = Duration.between(bucket.filled(), now).toMillis() / 1_000.0;
    double tokens = Math.min(1, bucket.tokens() + Math.max(0, seconds) * perSecond);
    boolean taken = perSecond > 0 && tokens >= 1;
    buckets.put(zone, new Bucket(taken ? tokens - 1 : tokens, now));
    return taken;
  }

  private static String zone(Node node) {
    Map<String, String> labels = node.metadata().labels();
    return labels.getOrDefault("topology.kubernetes.io/region", "")
        + "\0"
        + labels.getOrDefault("topology.kubernetes.io/zone", "");
  }
}
