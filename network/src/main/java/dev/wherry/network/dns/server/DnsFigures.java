package dev.wherry.network.dns.server;

import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What is counted of questions and answers, under CoreDNS' names. Any thread. */
public final class DnsFigures {
  /** Upper bounds of the histogram of durations, in seconds. */
  private static final double[] BOUNDS_SECONDS = {
    3.2e-05, 6.4e-05, 0.000125, 0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064,
    0.128, 0.256, 0.512, 1.024, 2.048, 4.096
  };

  private static final String SERVER = "server=\"dns\"";

  private final String zone;
  private final Map<Integer, LongAdder> udpRequests = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> tcpRequests = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> ownResponses = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> otherResponses = new ConcurrentHashMap<>();
  private final Histogram durations = Histogram.ofSeconds(BOUNDS_SECONDS);
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
    durations.add(nanos);
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
    out.histogram(
        "coredns_dns_request_duration_seconds",
        "Histogram of the time each request took.",
        SERVER,
        durations);
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
}
