package dev.wherry.apiserver.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.queue.QueueFigures;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsTest {
  private static CountedRequest get(String path) {
    return request("GET", path, false);
  }

  private static CountedRequest request(String method, String target, boolean applied) {
    Query query = Query.of(target);
    RequestInfo asked = RequestInfo.parse(method, Query.path(target), query);
    return new CountedRequest(asked, query.all("dryRun"), applied);
  }

  private static String page(Metrics metrics) {
    return new String(metrics.page(), StandardCharsets.UTF_8);
  }

  @Test
  void page_countsAndTimes() {
    Metrics metrics = new Metrics();
    metrics.answered(get("/api/v1/namespaces/default/pods/a"), 200, 30_000_000, 0);
    metrics.answered(get("/api/v1/namespaces/default/pods/b"), 200, 30_000_000, 0);
    metrics.gauge("apiserver_storage_objects", "Objects.", () -> Map.of("resource=\"pods\"", 2.0));
    String page = page(metrics);
    String labels =
        "component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"pods\",scope=\"resource\",subresource=\"\","
            + "verb=\"GET\","
            + "version=\"v1\"";
    String name = "apiserver_request_duration_seconds";
    assertTrue(page.contains("apiserver_request_total{" + labels + ",code=\"200\"} 2\n"), page);
    assertTrue(page.contains(name + "_bucket{" + labels + ",le=\"0.025\"} 0\n"), page);
    assertTrue(page.contains(name + "_bucket{" + labels + ",le=\"0.05\"} 2\n"), page);
    assertTrue(page.contains(name + "_bucket{" + labels + ",le=\"+Inf\"} 2\n"), page);
    assertTrue(page.contains(name + "_sum{" + labels + "} 0.06\n"), page);
    assertTrue(page.contains("apiserver_storage_objects{resource=\"pods\"} 2\n"), page);
  }

  /** Rules for Prometheus, such as kubernetes-mixin's, ask for these. */
  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/pods, false, LIST, cluster",
    "GET, /api/v1/namespaces/a/pods?watch=1, false, WATCH, namespace",
    "POST, /api/v1/namespaces/a/pods, false, POST, resource",
    "PUT, /api/v1/namespaces/a/pods/b, false, PUT, resource",
    "PATCH, /api/v1/namespaces/a/pods/b, false, PATCH, resource",
    "PATCH, /api/v1/namespaces/a/pods/b, true, APPLY, resource",
    "DELETE, /api/v1/namespaces/a/pods, false, DELETE, namespace",
    "GET, /api/v1/namespaces/a/pods/b/log, false, CONNECT, resource",
    "HEAD, /version, false, GET, ''"
  })
  void answered_verbAndScope_areUpstreams(
      String method, String target, boolean applied, String verb, String scope) {
    CountedRequest counted = request(method, target, applied);
    assertEquals(verb, counted.verb());
    assertEquals(scope, counted.scope());
  }

  @Test
  void sliDuration_leavesOutWaitsAndDryRuns() {
    Metrics metrics = new Metrics();
    metrics.answered(request("POST", "/api/v1/nodes", false), 201, 3_000_000_000L, 2_000_000_000L);
    metrics.answered(request("POST", "/api/v1/nodes?dryRun=All", false), 201, 5_000_000_000L, 0);
    String page = page(metrics);
    List<String> sums =
        page.lines().filter(line -> line.contains("seconds_sum{")).map(MetricsTest::brief).toList();
    assertEquals(
        List.of("duration  3", "duration All 5", "sli_duration  1"),
        sums.stream().sorted().toList(),
        page);
  }

  @Test
  void page_tellsOfQueuesAndOfThisProcess() {
    Metrics metrics = new Metrics();
    Histogram waited = Histogram.ofSeconds(0.5, 1);
    waited.add(600_000_000);
    QueueFigures figures =
        new QueueFigures(1, 5, 2, waited, Histogram.ofSeconds(1), 3_000_000_000L, 2_000_000_000L);
    metrics.queues(() -> Map.of("jobs", figures));
    String page = page(metrics);
    for (String line :
        List.of(
            "workqueue_depth{name=\"jobs\"} 1",
            "workqueue_adds_total{name=\"jobs\"} 5",
            "workqueue_retries_total{name=\"jobs\"} 2",
            "workqueue_unfinished_work_seconds{name=\"jobs\"} 3",
            "workqueue_longest_running_processor_seconds{name=\"jobs\"} 2",
            "workqueue_queue_duration_seconds_bucket{name=\"jobs\",le=\"0.5\"} 0",
            "workqueue_queue_duration_seconds_bucket{name=\"jobs\",le=\"1\"} 1",
            "workqueue_queue_duration_seconds_sum{name=\"jobs\"} 0.6",
            "workqueue_work_duration_seconds_count{name=\"jobs\"} 0")) {
      assertTrue(page.contains(line + "\n"), line + " is not in\n" + page);
    }
    for (String name : List.of("resident_memory_bytes", "open_fds", "cpu_seconds_total")) {
      String line =
          page.lines().filter(l -> l.startsWith("process_" + name + " ")).findAny().orElse("");
      assertTrue(Double.parseDouble(line.substring(line.indexOf(' ') + 1)) > 0, line);
    }
  }

  private static String brief(String line) {
    return line.replaceFirst(
        "apiserver_request_(.*)_seconds_sum\\{.*dry_run=\"(.*?)\".* (.*)", "$1 $2 $3");
  }

  @Test
  void labels_madeUpByClients_areBounded() {
    Metrics metrics = new Metrics();
    for (int i = 0; i < Metrics.SERIES_MAX + 10; i++) {
      metrics.answered(get("/apis/g/v1/r" + i), 404, 1, 0);
    }
    String page = page(metrics);
    assertTrue(page.contains("verb=\"other\""), "the rest is counted together");
    assertEquals(
        Metrics.SERIES_MAX + 1,
        page.lines().filter(l -> l.startsWith("apiserver_request_total{")).count());
  }
}
