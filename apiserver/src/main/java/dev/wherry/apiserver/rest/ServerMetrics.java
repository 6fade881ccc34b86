package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.Protection;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.cache.ResourceCache;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.fairness.FlowControl;
import dev.wherry.machinery.figures.Histogram;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** What the metrics page tells of the server's parts. */
final class ServerMetrics {
  /** Labels of the version (component-base version) and where they come from. */
  private static final Map<String, String> BUILD_LABELS =
      new TreeMap<>(
          Map.of(
              "build_date", "buildDate",
              "compiler", "compiler",
              "git_commit", "gitCommit",
              "git_tree_state", "gitTreeState",
              "git_version", "gitVersion",
              "go_version", "goVersion",
              "major", "major",
              "minor", "minor",
              "platform", "platform"));

  private ServerMetrics() {}

  static Metrics of(
      WatchCache cache,
      FlowControl flows,
      Aggregator others,
      Protection protection,
      Histogram certificates) {
    Metrics metrics = new Metrics();
    metrics.gauge(
        "apiserver_storage_objects",
        "Objects by resource.",
        () -> counts(cache, ResourceCache::size));
    metrics.gauge(
        "apiserver_registered_watchers",
        "Watches under way by resource.",
        () -> counts(cache, ResourceCache::watcherCount));
    metrics.gauge(
        "apiserver_watch_cache_resource_version",
        "Revision that the cache has reached.",
        () -> Map.of("", (double) cache.applied()));
    metrics.gauge(
        "aggregator_unavailable_apiservice",
        "Whether an APIService is marked unavailable.",
        others::unavailable);
    metrics.gauge("kubernetes_build_info", "1, with the version.", ServerMetrics::build);
    metrics.gauge(
        "apiserver_current_inflight_requests",
        "Requests that are being answered, watches and streams apart.",
        metrics.underWay()::inFlight);
    metrics.gauge(
        "apiserver_longrunning_requests",
        "Watches and streams under way.",
        metrics.underWay()::longRunning);
    metrics.histogram(
        "apiserver_client_certificate_expiration_seconds",
        "For how long the certificates of requests were good still.",
        certificates);
    fairness(metrics, flows);
    reloads(metrics, protection);
    protection
        .authorizers()
        .counts()
        .forEach((name, tally) -> metrics.counter(name, tally.help(), tally::samples));
    protection
        .audit()
        .ifPresent(log ->
            metrics.counter(
                "apiserver_audit_error_total",
                "Audit events that were lost.",
                () -> Map.of("plugin=\"log\"", (double) log.lost())));
    return metrics;
  }

  private static Map<String, Double> build() {
    ObjectNode version = Version.info();
    StringBuilder labels = new StringBuilder();
    BUILD_LABELS.forEach((label, field) -> {
      labels.append(labels.isEmpty() ? "" : ",").append(label);
      labels.append("=\"").append(version.path(field).asText()).append('"');
    });
    return Map.of(labels.toString(), 1.0);
  }

  private static void reloads(Metrics metrics, Protection protection) {
    protection
        .followers()
        .forEach((subsystem, follower) -> {
          metrics.counter(
              "apiserver_" + subsystem + "_automatic_reloads_total",
              "Times that the configuration was loaded again, by outcome.",
              follower::reloads);
          metrics.gauge(
              "apiserver_" + subsystem + "_automatic_reload_last_timestamp_seconds",
              "When the configuration was last loaded again, by outcome.",
              follower::lastReloadSeconds);
        });
  }

  private static void fairness(Metrics metrics, FlowControl flows) {
    metrics.gauge(
        "apiserver_flowcontrol_nominal_limit_seats",
        "Seats of each priority level.",
        () -> flows.byLevel(FlowControl.Count.SEATS));
    metrics.gauge(
        "apiserver_flowcontrol_current_executing_seats",
        "Seats in use by priority level.",
        () -> flows.byLevel(FlowControl.Count.SEATS_IN_USE));
    metrics.gauge(
        "apiserver_flowcontrol_current_inqueue_requests",
        "Requests that wait by priority level.",
        () -> flows.byLevel(FlowControl.Count.WAITING));
    metrics.counter(
        "apiserver_flowcontrol_rejected_requests_total",
        "Requests that were refused by priority level.",
        () -> flows.byLevel(FlowControl.Count.REJECTED));
  }

  private static Map<String, Double> counts(WatchCache cache, ToIntFunction<ResourceCache> count) {
    Map<String, Double> counts = new HashMap<>();
    cache
        .all()
        .forEach((resource, one) ->
            counts.put("resource=\"" + resource + "\"", (double) count.applyAsInt(one)));
    return counts;
  }
}
