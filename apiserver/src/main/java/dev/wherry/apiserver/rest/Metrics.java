package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.queue.QueueFigures;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What {@code /metrics} tells, in the Prometheus text format 0.0.4, under upstream's names
 * (apiserver endpoints/metrics). Any thread counts; a page is made when it is asked for.
 */
public final class Metrics {
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Different label sets of one metric; more are counted under {@code other}. */
  static final int SERIES_MAX = 5_000;

  private static final double[] BUCKETS_SECONDS = {
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
    60
  };

  private final ConcurrentHashMap<Labels, LongAdder> requests = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Labels, Histogram> durations = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Labels, Histogram> ownDurations = new ConcurrentHashMap<>();
  private final Map<String, Gauge> gauges = Collections.synchronizedMap(new TreeMap<>());
  private final Map<String, Times> histograms = new ConcurrentHashMap<>();
  private final UnderWay underWay = new UnderWay();
  private volatile Supplier<Map<String, QueueFigures>> queues = Map::of;

  private record Labels(
      String component,
      String dryRun,
      String verb,
      String group,
      String version,
      String resource,
      String subresource,
      String scope,
      String code) {
    private static final Labels OTHER = new Labels("", "", "other", "", "", "", "", "", "");

    static Labels of(CountedRequest request, int code) {
      RequestInfo asked = request.asked();
      return new Labels(
          asked.resourceRequest() ? "apiserver" : "",
          request.dry(),
          request.verb(),
          asked.group(),
          asked.version(),
          asked.resource(),
          asked.subresource(),
          request.scope(),
          String.valueOf(code));
    }

    Labels withoutCode() {
      return new Labels(component, dryRun, verb, group, version, resource, subresource, scope, "");
    }

    @Override
    public String toString() {
      String all =
          label("component", component)
              + label("dry_run", dryRun)
              + label("group", group)
              + label("resource", resource)
              + label("scope", scope)
              + label("subresource", subresource)
              + label("verb", verb)
              + label("version", version);
      return code.isEmpty() ? all.substring(0, all.length() - 1) : all + "code=\"" + code + "\"";
    }

    private static String label(String name, String value) {
      return name + "=\"" + value + "\",";
    }
  }

  /** Times without labels. */
  private record Times(String help, Histogram histogram) {}

  /** A value read when the page is made; the key of a sample is its labels, "" for none. */
  private record Gauge(String type, String help, Supplier<Map<String, Double>> samples) {}

  /**
   * Counts an answered request.
   *
   * @param request of a served resource, or of a path; unknown resources are the caller's to leave
   *     out, since clients could make up any number of them
   * @param nanos from the request's arrival to its answer; of a watch not taken
   * @param elsewhere how much of that was spent waiting for a seat and for webhooks
   */
  void answered(CountedRequest request, int code, long nanos, long elsewhere) {
    Labels labels = Labels.of(request, code);
    requests.computeIfAbsent(bounded(requests, labels), l -> new LongAdder()).increment();
    if (request.asked().isLongRunning()) {
      return;
    }
    Labels timed = labels.withoutCode();
    durations.computeIfAbsent(bounded(durations, timed), l -> newHistogram()).add(nanos);
    if (request.dryRun().isEmpty()) {
      ownDurations
          .computeIfAbsent(bounded(ownDurations, timed), l -> newHistogram())
          .add(nanos - elsewhere);
    }
  }

  private static Labels bounded(ConcurrentHashMap<Labels, ?> series, Labels labels) {
    return series.size() < SERIES_MAX || series.containsKey(labels) ? labels : Labels.OTHER;
  }

  /**
   * Adds a value to the page.
   *
   * @param name as upstream has it, such as {@code apiserver_storage_objects}
   * @param samples by their labels ({@code resource="pods"}), or one under ""
   */
  public void gauge(String name, String help, Supplier<Map<String, Double>> samples) {
    gauges.put(name, new Gauge("gauge", help, samples));
  }

  /** Adds a value that only grows. */
  public void counter(String name, String help, Supplier<Map<String, Double>> samples) {
    gauges.put(name, new Gauge("counter", help, samples));
  }

  /** Adds times that are counted elsewhere. */
  void histogram(String name, String help, Histogram histogram) {
    histograms.put(name, new Times(help, histogram));
  }

  /** Whose queues of keys the page tells of from now on, by name. */
  public void queues(Supplier<Map<String, QueueFigures>> figures) {
    queues = figures;
  }

  /** The requests that are being answered. */
  UnderWay underWay() {
    return underWay;
  }

  private static Histogram newHistogram() {
    return Histogram.ofSeconds(BUCKETS_SECONDS);
  }

  /** The page. */
  public byte[] page() {
    MetricsText page = new MetricsText();
    page.head("apiserver_request_total", "counter", "Requests by verb, resource and code.");
    requests.forEach(
        (labels, count) -> page.sample("apiserver_request_total", labels.toString(), count.sum()));
    String name = "apiserver_request_duration_seconds";
    page.head(name, "histogram", "Time to the answer, long-running requests apart.");
    durations.forEach((labels, histogram) -> page.histogram(name, labels.toString(), histogram));
    String own = "apiserver_request_sli_duration_seconds";
    page.head(own, "histogram", "The same without the wait for a seat and for webhooks.");
    ownDurations.forEach((labels, histogram) -> page.histogram(own, labels.toString(), histogram));
    synchronized (gauges) {
      gauges.forEach((gaugeName, gauge) -> {
        page.head(gaugeName, gauge.type(), gauge.help());
        new TreeMap<>(gauge.samples().get())
            .forEach((labels, value) -> page.sample(gaugeName, labels, value));
      });
    }
    histograms.forEach((histogramName, one) -> {
      page.head(histogramName, "histogram", one.help());
      page.histogram(histogramName, "", one.histogram());
    });
    QueueSamples.write(page, queues.get());
    ProcessSamples.write(page);
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }
}
