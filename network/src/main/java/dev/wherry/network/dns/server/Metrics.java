package dev.wherry.network.dns.server;

import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.network.dns.forward.ForwardFigures;
import dev.wherry.network.dns.forward.Forwarder;
import dev.wherry.network.dns.zone.ClusterZone;
import java.util.List;

/** All that is counted, as one page. */
record Metrics(
    DnsFigures figures, ForwardFigures forward, List<Forwarder> forwarders, ClusterZone zone) {
  Metrics {
    forwarders = List.copyOf(forwarders);
  }

  String page() {
    MetricsText out = new MetricsText();
    figures.write(out);
    out.head("coredns_cache_hits_total", "counter", "Answers taken from the cache.");
    out.sample("coredns_cache_hits_total", "type=\"success\"", forward.hits().sum());
    out.sample("coredns_cache_hits_total", "type=\"denial\"", forward.denialHits().sum());
    out.counter(
        "coredns_cache_misses_total", "Questions not in the cache.", forward.misses().sum());
    out.gauge(
        "coredns_cache_entries",
        "Answers kept.",
        forwarders.stream().mapToInt(Forwarder::cached).sum());
    out.head("coredns_proxy_requests_total", "counter", "Questions sent to other servers.");
    forward
        .sent()
        .forEach((server, count) ->
            out.sample(
                "coredns_proxy_requests_total",
                "proxy_name=\"forward\",to=\"" + server + "\"",
                count.sum()));
    out.counter(
        "coredns_proxy_healthcheck_failures_total",
        "Probes of silent servers without an answer.",
        forward.probeFailures().sum());
    out.counter(
        "coredns_forward_max_concurrent_rejects_total",
        "Questions turned away because too many were under way.",
        forward.rejected().sum());
    out.counter(
        "wherry_dns_shared_total", "Questions that shared an answer.", forward.shared().sum());
    out.counter(
        "wherry_dns_foreign_answers_total",
        "Answers to nothing that was asked.",
        forward.foreign().sum());
    out.counter("wherry_dns_loops_total", "Servers found to ask us.", forward.loops().sum());
    out.gauge("wherry_dns_services", "Services with names.", zone.size());
    out.gauge("wherry_dns_ready", "1 once all names are known.", zone.isReady() ? 1 : 0);
    return out.toString();
  }
}
