package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * HorizontalPodAutoscaler v1 and v2: v1 has one target, CPU utilisation; all else of v2 travels in
 * annotations (pkg/apis/autoscaling/v1/conversion.go).
 */
final class Autoscalers {
  private static final String PREFIX = "autoscaling.alpha.kubernetes.io/";
  private static final String METRICS = PREFIX + "metrics";
  private static final String CURRENT = PREFIX + "current-metrics";
  private static final String CONDITIONS = PREFIX + "conditions";
  private static final String BEHAVIOR = PREFIX + "behavior";
  private static final String UTILIZATION = "targetCPUUtilizationPercentage";
  private static final String CURRENT_UTILIZATION = "currentCPUUtilizationPercentage";
  private static final int UTILIZATION_DEFAULT = 80;

  private Autoscalers() {}

  static ObjectNode toV2(ObjectNode v1) {
    v1.put("apiVersion", "autoscaling/v2");
    ObjectNode spec = v1.withObject("/spec");
    ArrayNode metrics = Json.array();
    JsonNode utilization = spec.remove(UTILIZATION);
    if (utilization != null && !utilization.isNull()) {
      metrics.add(cpu("target", utilization.asInt()));
    }
    taken(v1, METRICS).forEach(metrics::add);
    if (metrics.isEmpty()) {
      metrics.add(cpu("target", UTILIZATION_DEFAULT));
    }
    spec.set("metrics", metrics);
    JsonNode behavior = taken(v1, BEHAVIOR);
    if (behavior.isObject()) {
      spec.set("behavior", behavior);
    }
    statusToV2(v1);
    dropEmptyAnnotations(v1);
    return v1;
  }

  private static void statusToV2(ObjectNode v1) {
    JsonNode current = taken(v1, CURRENT);
    JsonNode conditions = taken(v1, CONDITIONS);
    if (!(v1.get("status") instanceof ObjectNode status)) {
      return;
    }
    JsonNode used = status.remove(CURRENT_UTILIZATION);
    if (current.isArray()) {
      status.set("currentMetrics", current);
    } else if (used != null && !used.isNull()) {
      status.putArray("currentMetrics").add(cpu("current", used.asInt()));
    }
    if (conditions.isArray()) {
      status.set("conditions", conditions);
    }
  }

  private static ObjectNode cpu(String where, int utilization) {
    ObjectNode metric = Json.object().put("type", "Resource");
    ObjectNode resource = metric.putObject("resource").put("name", "cpu");
    ObjectNode target = resource.putObject(where);
    if (where.equals("target")) {
      target.put("type", "Utilization");
    }
    target.put("averageUtilization", utilization);
    return metric;
  }

  static ObjectNode toV1(ObjectNode v2) {
    v2.put("apiVersion", "autoscaling/v1");
    ObjectNode spec = v2.withObject("/spec");
    JsonNode metrics = spec.remove("metrics");
    ArrayNode others = Json.array();
    if (metrics != null) {
      for (JsonNode metric : metrics) {
        JsonNode target = metric.at("/resource/target/averageUtilization");
        if (isCpu(metric) && target.isNumber()) {
          if (!spec.has(UTILIZATION)) {
            spec.put(UTILIZATION, target.asInt());
          }
        } else {
          others.add(metric);
        }
      }
    }
    if (!others.isEmpty()) {
      annotate(v2, METRICS, others);
    }
    JsonNode behavior = spec.remove("behavior");
    if (behavior != null) {
      annotate(v2, BEHAVIOR, behavior);
    }
    statusToV1(v2);
    return v2;
  }

  private static void statusToV1(ObjectNode v2) {
    if (!(v2.get("status") instanceof ObjectNode status)) {
      return;
    }
    // Optional in v2, and so left out while it is 0; in v1 it is always there.
    status.put("currentReplicas", status.path("currentReplicas").asInt());
    JsonNode current = status.remove("currentMetrics");
    if (current != null && !current.isEmpty()) {
      annotate(v2, CURRENT, current);
      for (JsonNode metric : current) {
        JsonNode used = metric.at("/resource/current/averageUtilization");
        if (isCpu(metric) && used.isNumber()) {
          status.put(CURRENT_UTILIZATION, used.asInt());
        }
      }
    }
    JsonNode conditions = status.remove("conditions");
    if (conditions != null && !conditions.isEmpty()) {
      annotate(v2, CONDITIONS, conditions);
    }
  }

  private static boolean isCpu(JsonNode metric) {
    return metric.path("type").asText().equals("Resource")
        && metric.at("/resource/name").asText().equals("cpu");
  }

  private static void annotate(ObjectNode object, String key, JsonNode value) {
    object
        .withObject("/metadata")
        .withObject("/annotations")
        .put(key, new String(Json.write(value), StandardCharsets.UTF_8));
  }

  /** The annotation's JSON, taken out of the object; malformed text stays what it is: nothing. */
  private static JsonNode taken(ObjectNode object, String key) {
    if (!(object.at("/metadata/annotations") instanceof ObjectNode annotations)) {
      return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
    JsonNode text = annotations.remove(key);
    if (text == null) {
      return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
    try {
      return Json.parse(text.asText());
    } catch (DecodeException e) {
      return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
  }

  private static void dropEmptyAnnotations(ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    if (metadata.has("annotations") && metadata.get("annotations").isEmpty()) {
      metadata.remove(List.of("annotations"));
    }
  }
}
