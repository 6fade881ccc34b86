package dev.wherry.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.model.Quantity;
import dev.wherry.model.autoscaling.v2.CrossVersionObjectReference;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads metrics of the groups metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io
 * (kube-controller-manager podautoscaler/metrics/client). Any thread.
 *
 * @param client as the autoscaler's own account
 */
record MetricSources(ApiClient client) {
  private static final String RESOURCE = "/apis/metrics.k8s.io/v1beta1";
  private static final List<String> CUSTOM =
      List.of("/apis/custom.metrics.k8s.io/v1beta2", "/apis/custom.metrics.k8s.io/v1beta1");
  private static final String EXTERNAL = "/apis/external.metrics.k8s.io/v1beta1";
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Pattern GO_DURATION =
      Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m(?!s))?(?:(\\d+(?:\\.\\d+)?)s)?(?:(\\d+)ms)?");

  /**
   * What the selected pods use of a resource, by the pod's name.
   *
   * @param container "" for the whole pod
   */
  Map<String, Sample> resource(String namespace, Labels selector, String resource, String container)
      throws MetricException {
    String path =
        RESOURCE + "/namespaces/" + namespace + "/pods?labelSelector=" + encoded(selector);
    JsonNode list = read("resource", path);
    if (list.path("items").isEmpty()) {
      throw none("resource");
    }
    Map<String, Sample> samples = new HashMap<>();
    for (JsonNode pod : list.path("items")) {
      Optional<Long> use = use(pod, resource, container);
      if (use.isEmpty() && !container.isEmpty()) {
        throw new MetricException(
            "failed to get container metrics: container "
                + container
                + " not present in metrics for pod "
                + namespace
                + "/"
                + pod.at("/metadata/name").asText());
      }
      use.ifPresent(milli ->
          samples.put(
              pod.at("/metadata/name").asText(),
              new Sample(time(pod.path("timestamp")), window(pod.path("window")), milli)));
    }
    return samples;
  }

  /** The sum over containers; empty when one of them has no figure. */
  private static Optional<Long> use(JsonNode pod, String resource, String container) {
    long sum = 0;
    boolean any = false;
    for (JsonNode one : pod.path("containers")) {
      if (container.isEmpty() || container.equals(one.path("name").asText())) {
        String amount = one.path("usage").path(resource).asText();
        if (amount.isEmpty()) {
          return Optional.empty();
        }
        sum += Quantity.parse(amount).milliValue();
        any = true;
      }
    }
    return any ? Optional.of(sum) : Optional.empty();
  }

  /** A custom metric of each selected pod, by the pod's name. */
  Map<String, Sample> ofPods(
      String namespace, Labels selector, String metric, Optional<Labels> metricSelector)
      throws MetricException {
    String path =
        "/namespaces/"
            + namespace
            + "/pods/*/"
            + escaped(metric)
            + "?labelSelector="
            + encoded(selector)
            + metricSelector.map(labels -> "&metricLabelSelector=" + encoded(labels)).orElse("");
    Map<String, Sample> samples = new HashMap<>();
    for (JsonNode one : custom(path).path("items")) {
      JsonNode seconds = one.path("windowSeconds");
      Duration window = seconds.isNumber() ? Duration.ofSeconds(seconds.asLong()) : WINDOW;
      samples.put(
          one.at("/describedObject/name").asText(),
          new Sample(time(one.path("timestamp")), window, milli(one)));
    }
    if (samples.isEmpty()) {
      throw none("custom");
    }
    return samples;
  }

  /**
   * A custom metric of one object, in thousandths.
   *
   * @param plural the resource of the object's kind with its group, such as {@code
   *     ingresses.networking.k8s.io}
   */
  long ofObject(
      String namespace,
      CrossVersionObjectReference object,
      String plural,
      String metric,
      Optional<Labels> metricSelector)
      throws MetricException {
    String of =
        object.kind().equals("Namespace")
            ? "/namespaces/" + object.name() + "/metrics/"
            : "/namespaces/" + namespace + "/" + plural + "/" + object.name() + "/";
    String path =
        of
            + escaped(metric)
            + metricSelector.map(labels -> "?metricLabelSelector=" + encoded(labels)).orElse("");
    JsonNode items = custom(path).path("items");
    if (items.isEmpty()) {
      throw none("custom");
    }
    return milli(items.get(0));
  }

  /** The sum of an external metric, in thousandths. */
  long external(String namespace, String metric, Labels selector) throws MetricException {
    String path =
        EXTERNAL
            + "/namespaces/"
            + namespace
            + "/"
            + escaped(metric)
            + "?labelSelector="
            + encoded(selector);
    JsonNode items = read("external", path).path("items");
    if (items.isEmpty()) {
      throw none("external");
    }
    long sum = 0;
    for (JsonNode one : items) {
      long value = milli(one);
      sum = value > 0 && sum > Long.MAX_VALUE - value ? Long.MAX_VALUE : sum + value;
    }
    return sum;
  }

  /** Of the newest version that is served. */
  private JsonNode custom(String path) throws MetricException {
    try {
      return client.raw("GET", CUSTOM.getFirst() + path, null);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw unable("custom", e);
      }
      return read("custom", CUSTOM.getLast() + path);
    }
  }

  private JsonNode read(String api, String path) throws MetricException {
    try {
      return client.raw("GET", path, null);
    } catch (ApiException e) {
      throw unable(api, e);
    }
  }

  private static MetricException unable(String api, ApiException e) {
    return new MetricException("unable to fetch metrics from " + api + " metrics API: " + e.text());
  }

  private static MetricException none(String api) {
    return new MetricException("no metrics returned from " + api + " metrics API");
  }

  private static long milli(JsonNode item) {
    String value = item.path("value").asText();
    return value.isEmpty() ? 0 : Quantity.parse(value).milliValue();
  }

  private static Instant time(JsonNode timestamp) {
    try {
      return Instant.parse(timestamp.asText());
    } catch (DateTimeException _) {
      return Instant.EPOCH;
    }
  }

  /** As Go writes durations: {@code 30s}, {@code 1m0.5s}. */
  static Duration window(JsonNode text) {
    Matcher parts = GO_DURATION.matcher(text.asText());
    if (text.asText().isEmpty() || !parts.matches()) {
      return WINDOW;
    }
    double seconds = parts.group(3) == null ? 0 : Double.parseDouble(parts.group(3));
    return Duration.ofHours(whole(parts.group(1)))
        .plusMinutes(whole(parts.group(2)))
        .plusMillis(Math.round(seconds * 1_000))
        .plusMillis(whole(parts.group(4)));
  }

  private static long whole(@org.jspecify.annotations.Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static String encoded(Labels labels) {
    return URLEncoder.encode(labels.toString(), StandardCharsets.UTF_8);
  }

  private static String escaped(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
