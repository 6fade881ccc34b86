package dev.wherry.network.ingress.proxy;

import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.figures.MetricsText;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the proxy counts, as Prometheus reads it. Any thread. */
public final class ProxyFigures {
  private static final double[] BOUNDS_SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private static final Comparator<Series> ORDER =
      Comparator.comparing(Series::route).thenComparing(Series::code);
  private static final int CLASSES = 6;
  private static final int CODES_PER_CLASS = 100;

  /** Routes and codes counted one by one; those that come later are counted together. */
  private static final int SERIES_MAX = 5_000;

  /** Answers of a route with a code. */
  private record Series(String route, int code) {}

  private final LongAdder[] requests = new LongAdder[CLASSES];
  private final Map<Series, LongAdder> byRoute = new ConcurrentHashMap<>();
  private final Histogram durations = Histogram.ofSeconds(BOUNDS_SECONDS);
  private final LongAdder refused = new LongAdder();
  private final LongAdder turnedAway = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder connectFailures = new LongAdder();
  private final LongAdder streams = new LongAdder();
  private final AtomicInteger connections = new AtomicInteger();

  public ProxyFigures() {
    Arrays.setAll(requests, _ -> new LongAdder());
  }

  void answered(String route, int status, long nanos) {
    requests[Math.clamp(status / CODES_PER_CLASS, 0, CLASSES - 1)].increment();
    durations.add(nanos);
    Series series = new Series(route, status);
    LongAdder count = byRoute.get(series);
    if (count == null) {
      Series kept = byRoute.size() < SERIES_MAX ? series : new Series("", 0);
      count = byRoute.computeIfAbsent(kept, _ -> new LongAdder());
    }
    count.increment();
  }

  void refusedRequest() {
    refused.increment();
  }

  /** A connection was joined to an endpoint's. */
  void passedOn() {
    streams.increment();
  }

  void turnedAway() {
    turnedAway.increment();
  }

  void retried() {
    retries.increment();
  }

  void connectFailed() {
    connectFailures.increment();
  }

  /** Clients' connections that are open. */
  public AtomicInteger connections() {
    return connections;
  }

  /** How many requests were answered with a status of a hundred, such as 5 for 500 to 599. */
  public long answers(int hundred) {
    return requests[hundred].sum();
  }

  /** Prometheus' text format 0.0.4. */
  public String page() {
    MetricsText out = new MetricsText();
    out.head("wherry_ingress_requests_total", "counter", "Requests answered.");
    for (int i = 1; i < CLASSES; i++) {
      out.sample("wherry_ingress_requests_total", "code=\"" + i + "xx\"", requests[i].sum());
    }
    String routes = "wherry_ingress_route_requests_total";
    out.head(routes, "counter", "Requests answered, by rule and status.");
    byRoute.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(ORDER))
        .forEach(each -> out.sample(routes, labels(each.getKey()), each.getValue().sum()));
    out.histogram(
        "wherry_ingress_request_duration_seconds",
        "Time from a request's head to the end of its answer.",
        "",
        durations);
    out.gauge("wherry_ingress_connections", "Clients connected.", connections.get());
    out.counter("wherry_ingress_refused_total", "Malformed requests.", refused.sum());
    out.counter(
        "wherry_ingress_turned_away_total", "Connections above the limit.", turnedAway.sum());
    out.counter("wherry_ingress_retries_total", "Further attempts.", retries.sum());
    out.counter(
        "wherry_ingress_connect_failures_total",
        "Connections to endpoints that failed.",
        connectFailures.sum());
    out.counter(
        "wherry_ingress_streams_total", "TLS connections passed on to endpoints.", streams.sum());
    return out.toString();
  }

  /** Names of objects need no quoting. */
  private static String labels(Series series) {
    return "route=\"" + series.route() + "\",code=\"" + series.code() + "\"";
  }
}
