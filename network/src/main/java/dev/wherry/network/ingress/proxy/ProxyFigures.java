package dev.wherry.network.ingress.proxy;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the proxy counts, as Prometheus reads it. Any thread. */
public final class ProxyFigures {
  private static final long[] BOUNDS_MICROS = {
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000
  };

  private static final int NANOS_PER_MICRO = 1_000;
  private static final double MICROS = 1e6;
  private static final int CLASSES = 6;
  private static final int CODES_PER_CLASS = 100;

  private final LongAdder[] requests = adders(CLASSES);
  private final LongAdder[] durations = adders(BOUNDS_MICROS.length + 1);
  private final LongAdder durationNanos = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder turnedAway = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder connectFailures = new LongAdder();
  private final LongAdder streams = new LongAdder();
  private final AtomicInteger connections = new AtomicInteger();

  private static LongAdder[] adders(int count) {
    LongAdder[] all = new LongAdder[count];
    java.util.Arrays.setAll(all, _ -> new LongAdder());
    return all;
  }

  void answered(int status, long nanos) {
    requests[Math.clamp(status / CODES_PER_CLASS, 0, CLASSES - 1)].increment();
    durationNanos.add(nanos);
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * NANOS_PER_MICRO) {
      bucket++;
    }
    durations[bucket].increment();
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
    StringBuilder out = new StringBuilder(2_048);
    head(out, "wherry_ingress_requests_total", "counter", "Requests answered.");
    for (int i = 1; i < CLASSES; i++) {
      sample(out, "wherry_ingress_requests_total", "code=\"" + i + "xx\"", requests[i].sum());
    }
    String name = "wherry_ingress_request_duration_seconds";
    head(out, name, "histogram", "Time from a request's head to the end of its answer.");
    long sum = 0;
    for (int i = 0; i < durations.length; i++) {
      sum += durations[i].sum();
      String bound =
          i < BOUNDS_MICROS.length
              ? String.format(Locale.ROOT, "%s", BOUNDS_MICROS[i] / MICROS)
              : "+Inf";
      sample(out, name + "_bucket", "le=\"" + bound + "\"", sum);
    }
    sample(out, name + "_count", "", sum);
    sample(out, name + "_sum", "", durationNanos.sum() / (MICROS * NANOS_PER_MICRO));
    single(out, "wherry_ingress_connections", "gauge", "Clients connected.", connections.get());
    single(out, "wherry_ingress_refused_total", "counter", "Malformed requests.", refused.sum());
    single(
        out,
        "wherry_ingress_turned_away_total",
        "counter",
        "Connections above the limit.",
        turnedAway.sum());
    single(out, "wherry_ingress_retries_total", "counter", "Further attempts.", retries.sum());
    single(
        out,
        "wherry_ingress_connect_failures_total",
        "counter",
        "Connections to endpoints that failed.",
        connectFailures.sum());
    single(
        out,
        "wherry_ingress_streams_total",
        "counter",
        "TLS connections passed on to endpoints.",
        streams.sum());
    return out.toString();
  }

  private static void single(StringBuilder out, String name, String type, String help, long value) {
    head(out, name, type, help);
    sample(out, name, "", value);
  }

  private static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void sample(StringBuilder out, String name, String labels, Number value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
  }
}
