package dev.wherry.network.proxy;

import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.pages.Page;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the table follows the API, as balancers and administrators ask kube-proxy (upstream's
 * pkg/proxy/healthcheck): it does not when a change has waited for a minute. Any thread.
 */
final class ProxyHealth {
  static final Duration LAG_MAX = Duration.ofSeconds(60);

  /** What the cluster autoscaler puts on a node before it deletes it. */
  private static final String LEAVING = "ToBeDeletedByClusterAutoscaler";

  /** Upstream's: doubling from a millisecond to 16 seconds. */
  private static final long[] BOUNDS_NANOS =
      LongStream.iterate(1_000_000, bound -> bound * 2).limit(15).toArray();

  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final double MILLIS_PER_SECOND = 1e3;

  /** How Go writes a moment that never was. */
  private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  private final InstantSource clock;
  private final BooleanSupplier nodeEligible;
  private final Supplier<String> further;
  private final Histogram durations = new Histogram(BOUNDS_NANOS);
  private final LongAdder healthyAnswers = new LongAdder();
  private final LongAdder unhealthyAnswers = new LongAdder();
  private @Nullable Instant waitingSince;
  private Instant written = NEVER;

  /**
   * @param nodeEligible whether the node is to get traffic for longer
   * @param further figures beside its own
   */
  ProxyHealth(InstantSource clock, BooleanSupplier nodeEligible, Supplier<String> further) {
    this.clock = clock;
    this.nodeEligible = nodeEligible;
    this.further = further;
  }

  /** Whether a node is to get traffic for longer; one that is not known yet is. */
  static boolean takesTraffic(Optional<Node> node) {
    return node.map(known ->
            known.metadata().deletionTimestamp() == null
                && known.spec().taints().stream().noneMatch(taint -> taint.key().equals(LEAVING)))
        .orElse(true);
  }

  /** There is a change that the table does not have. */
  synchronized void waits() {
    if (waitingSince == null) {
      waitingSince = clock.instant();
    }
  }

  /** The table has all changes. */
  synchronized void written() {
    Instant since = waitingSince;
    waitingSince = null;
    written = clock.instant();
    if (since != null) {
      durations.add(Duration.between(since, written).toNanos());
    }
  }

  synchronized boolean isHealthy() {
    Instant since = waitingSince;
    return since == null || clock.instant().isBefore(since.plus(LAG_MAX));
  }

  private synchronized Instant lastWritten() {
    return written;
  }

  /** The port for balancers. */
  Page page(String path) {
    return switch (path) {
      case "/healthz" -> health(true);
      case "/livez" -> health(false);
      default -> Page.NOT_FOUND;
    };
  }

  private Page health(boolean ofNode) {
    boolean eligible = nodeEligible.getAsBoolean();
    boolean healthy = isHealthy() && (eligible || !ofNode);
    (healthy ? healthyAnswers : unhealthyAnswers).increment();
    Instant now = clock.instant();
    String node = ofNode ? ", \"nodeEligible\": " + eligible : "";
    return Page.json(
        healthy ? OK : UNAVAILABLE,
        "{\"lastUpdated\": \"%s\",\"currentTime\": \"%s\"%s}"
            .formatted(healthy ? now : lastWritten(), now, node));
  }

  /** The port for administrators, on the loopback only. */
  Page status(String path) {
    return switch (path) {
      case "/proxyMode" -> Page.plain(OK, "nftables");
      case "/healthz" -> Page.plain(OK, "ok");
      case "/metrics" -> Page.figures(figures());
      default -> Page.NOT_FOUND;
    };
  }

  private String figures() {
    MetricsText out = new MetricsText();
    out.histogram(
        "kubeproxy_sync_proxy_rules_duration_seconds",
        "Time from taking up changes to the table's having them.",
        "",
        durations);
    String last = "kubeproxy_sync_proxy_rules_last_timestamp_seconds";
    out.head(last, "gauge", "When the table was last written.");
    out.sample(last, "", Math.max(0, lastWritten().toEpochMilli()) / MILLIS_PER_SECOND);
    String answers = "kubeproxy_proxy_healthz_total";
    out.head(answers, "counter", "Answers about the proxy's health.");
    out.sample(answers, "code=\"200\"", healthyAnswers.sum());
    out.sample(answers, "code=\"503\"", unhealthyAnswers.sum());
    return out + further.get();
  }
}
