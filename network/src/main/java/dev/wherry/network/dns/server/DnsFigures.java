package dev.wherry.network.dns.server;

import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.pages.MetricsText;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What is counted of questions and answers, under CoreDNS' names. Any thread. */
public final class DnsFigures {
  /** Upper bounds of the histogram of durations, in microseconds. */
  private static final long[] BOUNDS_MICROS = {
    32, 64, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000,
    512_000, 1_024_000, 2_048_000, 4_096_000
  };

  private static final double MICROS = 1e6;
  private static final int NANOS_PER_MICRO = 1000;

  private final String zone;
  private final Map<Integer, LongAdder> udpRequests = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> tcpRequests = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> ownResponses = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> otherResponses = new ConcurrentHashMap<>();
  private final LongAdder[] durations = adders(BOUNDS_MICROS.length + 1);
  private final LongAdder durationNanos = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final LongAdder refusedClients = new LongAdder();
  private final LongAdder limited = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /**
   * Figures of nothing yet.
   *
   * @param zone the cluster's domain as it stands in labels
   */
  public DnsFigures(String zone) {
    this.zone = zone;
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] all = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      all[i] = new LongAdder();
    }
    return all;
  }

  void asked(Transport transport, int type) {
    int known = RecordType.name(type).equals("other") ? 0 : type;
    Map<Integer, LongAdder> all = transport == Transport.UDP ? udpRequests : tcpRequests;
    all.computeIfAbsent(known, _ -> new LongAdder()).increment();
  }

  /**
   * @param own whether the answer is from the cluster's zone
   */
  void answered(boolean own, int rcode, long nanos) {
    (own ? ownResponses : otherResponses).computeIfAbsent(rcode, _ -> new LongAdder()).increment();
    durationNanos.add(nanos);
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * NANOS_PER_MICRO) {
      bucket++;
    }
    durations[bucket].increment();
  }

  void malformed() {
    malformed.increment();
  }

  void refusedClient() {
    refusedClients.increment();
  }

  void limited() {
    limited.increment();
  }

  void failure() {
    failures.increment();
  }

  /** How many questions were dropped because their sender may not ask, or asked too much. */
  public long dropped() {
    return refusedClients.sum() + limited.sum();
  }

  void write(MetricsText out) {
    out.head("coredns_dns_requests_total", "counter", "Counter of DNS requests made.");
    requests(out, Transport.UDP, udpRequests);
    requests(out, Transport.TCP, tcpRequests);
    out.head("coredns_dns_responses_total", "counter", "Counter of response status codes.");
    responses(out, zone, ownResponses);
    responses(out, ".", otherResponses);
    durations(out);
    out.counter("coredns_panics_total", "Questions whose answering broke.", failures.sum());
    out.counter("wherry_dns_malformed_total", "Messages that were no query.", malformed.sum());
    out.counter(
        "wherry_dns_foreign_clients_total",
        "Questions dropped because their sender is outside of the cluster.",
        refusedClients.sum());
    out.counter(
        "wherry_dns_rate_limited_total",
        "Questions dropped because their sender asked too much.",
        limited.sum());
  }

  private static void requests(
      MetricsText out, Transport transport, Map<Integer, LongAdder> counts) {
    counts.forEach((type, count) ->
        out.sample(
            "coredns_dns_requests_total",
            "server=\"dns\",view=\"\",proto=\"%s\",type=\"%s\""
                .formatted(transport.label(), RecordType.name(type)),
            count.sum()));
  }

  private static void responses(MetricsText out, String zone, Map<Integer, LongAdder> counts) {
    counts.forEach((rcode, count) ->
        out.sample(
            "coredns_dns_responses_total",
            "server=\"dns\",view=\"\",zone=\"%s\",rcode=\"%s\"".formatted(zone, Rcode.name(rcode)),
            count.sum()));
  }

  private void durations(MetricsText out) {
    String name = "coredns_dns_request_duration_seconds";
    out.head(name, "histogram", "Histogram of the time each request took.");
    long sum = 0;
    for (int i = 0; i < durations.length; i++) {
      sum += durations[i].sum();
      String bound =
          i < BOUNDS_MICROS.length
              ? String.format(Locale.ROOT, "%s", BOUNDS_MICROS[i] / MICROS)
              : "+Inf";
      out.sample(name + "_bucket", "server=\"dns\",le=\"" + bound + "\"", sum);
    }
    out.sample(name + "_count", "server=\"dns\"", sum);
    out.sample(name + "_sum", "server=\"dns\"", durationNanos.sum() / (MICROS * NANOS_PER_MICRO));
  }
}
