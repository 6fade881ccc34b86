package dev.wherry.network.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.network.pages.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyHealthTest {
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private boolean eligible = true;
  private final ProxyHealth health =
      new ProxyHealth(() -> now, () -> eligible, () -> "wherry_more 1\n");

  @Test
  void health_changeWaitsForAMinute_isLostUntilItIsWritten() {
    assertTrue(health.isHealthy(), "it starts so");
    health.waits();
    now = now.plus(ProxyHealth.LAG_MAX).minusMillis(1);
    health.waits();
    assertTrue(health.isHealthy());
    now = now.plusMillis(1);
    assertFalse(health.isHealthy());
    assertEquals(503, health.page("/livez").status());
    assertTrue(health.page("/livez").text().contains("\"lastUpdated\": \"0001-01-01T00:00:00Z\""));
    health.written();
    String figures = health.status("/metrics").text();
    assertTrue(figures.contains("kubeproxy_sync_proxy_rules_duration_seconds_sum 60\n"), figures);
    assertTrue(figures.contains("duration_seconds_bucket{le=\"16.384\"} 0\n"), figures);
    assertTrue(figures.contains("duration_seconds_bucket{le=\"+Inf\"} 1\n"), figures);
    assertTrue(figures.endsWith("wherry_more 1\n"), figures);
    assertEquals(
        Page.json(
            200,
            "{\"lastUpdated\": \"2026-01-02T03:05:05Z\","
                + "\"currentTime\": \"2026-01-02T03:05:05Z\", \"nodeEligible\": true}"),
        health.page("/healthz"));
  }

  @Test
  void health_nodeLeaves_healthzSaysSoAndLivezDoesNot() {
    eligible = false;
    assertEquals(503, health.page("/healthz").status());
    assertEquals(200, health.page("/livez").status());
    assertEquals("nftables", health.status("/proxyMode").text());
    assertEquals(404, health.page("/metrics").status());
    assertTrue(health.status("/metrics").text().contains("healthz_total{code=\"503\"} 1"));
    assertTrue(ProxyHealth.takesTraffic(Optional.of(Node.EMPTY)));
    Taint leaving = Taint.builder().key("ToBeDeletedByClusterAutoscaler").build();
    NodeSpec spec = NodeSpec.builder().taints(List.of(leaving)).build();
    assertFalse(ProxyHealth.takesTraffic(Optional.of(Node.EMPTY.toBuilder().spec(spec).build())));
  }

  private static Optional<HealthCheck> check(String spec, String... slices) {
    Service service = Objects.service("web", "spec: {" + spec + "}");
    return HealthCheck.of(
        service,
        java.util.Arrays.stream(slices)
            .map(endpoints -> Objects.slice("web", "IPv4", "name: p, port: 80", endpoints))
            .toList(),
        "n1");
  }

  @Test
  void check_onlyOfLocalBalancers_countsReadyAddressesHere() {
    String local = "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 31000";
    String here = Objects.ready("10.42.0.2", "n1");
    String there = Objects.ready("10.42.1.2", "n2");
    assertEquals(Optional.of(new HealthCheck(31_000, 1)), check(local, here, there, here));
    assertEquals(Optional.of(new HealthCheck(31_000, 0)), check(local));
    assertEquals(Optional.empty(), check(local.replace("Local", "Cluster"), here));
    assertEquals(Optional.empty(), check(local.replace("LoadBalancer", "NodePort"), here));
    assertEquals(Duration.ofSeconds(60), ProxyHealth.LAG_MAX);
  }
}
