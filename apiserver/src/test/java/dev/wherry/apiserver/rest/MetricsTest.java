package dev.wherry.apiserver.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static RequestInfo get(String path) {
    return RequestInfo.parse("GET", path, Query.of(path));
  }

  private static String page(Metrics metrics) {
    return new String(metrics.page(), StandardCharsets.UTF_8);
  }

  @Test
  void page_countsAndTimes() {
    Metrics metrics = new Metrics();
    metrics.answered(get("/api/v1/namespaces/default/pods/a"), 200, 30_000_000);
    metrics.answered(get("/api/v1/namespaces/default/pods/b"), 200, 30_000_000);
    metrics.gauge("apiserver_storage_objects", "Objects.", () -> Map.of("resource=\"pods\"", 2.0));
    String page = page(metrics);
    String labels =
        "component=\"apiserver\",group=\"\",resource=\"pods\",scope=\"resource\",subresource=\"\",verb=\"GET\","
            + "version=\"v1\"";
    String name = "apiserver_request_duration_seconds";
    assertTrue(page.contains("apiserver_request_total{" + labels + ",code=\"200\"} 2\n"), page);
    assertTrue(page.contains(name + "_bucket{" + labels + ",le=\"0.025\"} 0\n"), page);
    assertTrue(page.contains(name + "_bucket{" + labels + ",le=\"0.05\"} 2\n"), page);
    assertTrue(page.contains(name + "_bucket{" + labels + ",le=\"+Inf\"} 2\n"), page);
    assertTrue(page.contains(name + "_sum{" + labels + "} 0.06\n"), page);
    assertTrue(page.contains("apiserver_storage_objects{resource=\"pods\"} 2\n"), page);
  }

  @Test
  void page_writes_areCountedByTheirMethods() {
    Metrics metrics = new Metrics();
    RequestInfo pods = get("/api/v1/namespaces/default/pods");
    metrics.answered(pods.withVerb("create"), 201, 1);
    metrics.answered(get("/api/v1/namespaces/default/pods/a").withVerb("update"), 200, 1);
    metrics.answered(pods.withVerb("deletecollection"), 200, 1);
    String page = page(metrics);
    String of = "scope=\"%s\",subresource=\"\",verb=\"%s\",version=\"v1\",code=";
    assertTrue(page.contains(of.formatted("resource", "POST")), page);
    assertTrue(page.contains(of.formatted("resource", "PUT")), page);
    assertTrue(page.contains(of.formatted("namespace", "DELETECOLLECTION")), page);
  }

  @Test
  void labels_madeUpByClients_areBounded() {
    Metrics metrics = new Metrics();
    for (int i = 0; i < Metrics.SERIES_MAX + 10; i++) {
      metrics.answered(get("/apis/g/v1/r" + i), 404, 1);
    }
    String page = page(metrics);
    assertTrue(page.contains("verb=\"other\""), "the rest is counted together");
    assertEquals(
        Metrics.SERIES_MAX + 1,
        page.lines().filter(l -> l.startsWith("apiserver_request_total{")).count());
  }
}
