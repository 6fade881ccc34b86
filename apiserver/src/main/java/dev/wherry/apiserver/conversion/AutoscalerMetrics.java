package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.SortedTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics of autoscalers in the shapes that autoscaling/v1 has for them, in annotations alone
 * (rules: pkg/apis/autoscaling/v1/conversion.go; shapes: MetricSpec and MetricStatus of
 * k8s.io/api/autoscaling/v1).
 */
final class AutoscalerMetrics {
  /** What autoscalers are told to reach. */
  static final AutoscalerMetrics WANTED = new AutoscalerMetrics("target", "target");

  /** What they found. */
  static final AutoscalerMetrics FOUND = new AutoscalerMetrics("current", "current");

  /** Fields of references and of selectors, as Go orders them; labels are sorted. */
  private static final List<String> ORDER =
      List.of("kind", "name", "apiVersion", "matchLabels", "matchExpressions");

  /**
   * A field by its name in v1 and its place in v2.
   *
   * @param always whether v1 writes it though it is not there, as a quantity of 0
   */
  private record Pair(String v1, String v2, boolean always) {}

  /** Fields of the sources, by their names and in v1's order. */
  private final Map<String, List<Pair>> sources = new LinkedHashMap<>();

  private final String measure;

  /**
   * @param measure the field of v2 with the values
   * @param prefix how names of values begin in v1
   */
  private AutoscalerMetrics(String measure, String prefix) {
    this.measure = measure;
    boolean found = prefix.equals("current");
    Pair name = new Pair("metricName", "metric/name", false);
    Pair selector = new Pair("selector", "metric/selector", false);
    String average = prefix + "AverageValue";
    Pair utilization =
        new Pair(prefix + "AverageUtilization", measure + "/averageUtilization", false);
    sources.put(
        "object",
        List.of(
            new Pair("target", "describedObject", false),
            name,
            new Pair(prefix + "Value", measure + "/value", true),
            selector,
            new Pair("averageValue", measure + "/averageValue", false)));
    sources.put(
        "pods", List.of(name, new Pair(average, measure + "/averageValue", true), selector));
    List<Pair> resource =
        List.of(
            new Pair("name", "name", false),
            utilization,
            new Pair(average, measure + "/averageValue", found));
    sources.put("resource", resource);
    sources.put(
        "containerResource",
        List.of(
            resource.get(0),
            utilization,
            resource.get(2),
            new Pair("container", "container", false)));
    sources.put(
        "external",
        List.of(
            name,
            new Pair("metricSelector", "metric/selector", false),
            new Pair(prefix + "Value", measure + "/value", found),
            new Pair(average, measure + "/averageValue", false)));
  }

  /** One metric of v2 as v1 writes it. */
  ObjectNode toV1(JsonNode metric) {
    ObjectNode out = Json.object().put("type", metric.path("type").asText());
    sources.forEach((source, pairs) -> {
      if (metric.path(source).isObject()) {
        ObjectNode to = out.putObject(source);
        for (Pair pair : pairs) {
          JsonNode value = metric.path(source).at("/" + pair.v2());
          if (!value.isMissingNode() && !value.isNull()) {
            to.set(pair.v1(), value.isObject() ? ordered(value) : value);
          } else if (pair.always()) {
            to.put(pair.v1(), "0");
          }
        }
      }
    });
    return out;
  }

  private static ObjectNode ordered(JsonNode from) {
    ObjectNode to = Json.object();
    for (String field : ORDER) {
      if (from.has(field)) {
        JsonNode value = from.get(field);
        to.set(field, field.equals("matchLabels") ? SortedTree.of(value) : value);
      }
    }
    return to;
  }

  /** A list of v1's metrics as v2 has them; missing where it is no list of objects. */
  JsonNode toV2(JsonNode list) {
    if (!list.isArray() || !list.valueStream().allMatch(JsonNode::isObject)) {
      return MissingNode.getInstance();
    }
    ArrayNode out = Json.array();
    list.forEach(metric -> out.add(one(metric)));
    return out;
  }

  private ObjectNode one(JsonNode metric) {
    ObjectNode out = Json.object();
    out.set("type", metric.get("type"));
    sources.forEach((source, pairs) -> {
      if (metric.path(source).isObject()) {
        ObjectNode to = out.putObject(source);
        for (Pair pair : pairs) {
          JsonNode value = metric.path(source).path(pair.v1());
          if (!value.isMissingNode() && !value.isNull()) {
            place(to, pair).set(last(pair), value);
          } else if (pair.always()) {
            place(to, pair).set(last(pair), TextNode.valueOf("0"));
          }
        }
        if (measure.equals("target")) {
          typed(source, to.withObject("/target"));
        }
      }
    });
    return out;
  }

  private static ObjectNode place(ObjectNode to, Pair pair) {
    int slash = pair.v2().indexOf('/');
    return slash < 0 ? to : to.withObject("/" + pair.v2().substring(0, slash));
  }

  private static String last(Pair pair) {
    return pair.v2().substring(pair.v2().indexOf('/') + 1);
  }

  /** The type of a target follows from what it has; an average beside a value of 0 has no value. */
  private static void typed(String source, ObjectNode target) {
    boolean average = target.has("averageValue");
    String type =
        switch (source) {
          case "object" -> average ? "AverageValue" : "Value";
          case "external" -> target.has("value") ? "Value" : "AverageValue";
          case "pods" -> "AverageValue";
          default -> target.has("averageUtilization") ? "Utilization" : "AverageValue";
        };
    if (source.equals("object") && average && target.path("value").asText().equals("0")) {
      target.remove("value");
    }
    target.put("type", type);
  }
}
