package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
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
  private static final List<String> CARRIERS =
      List.of(
          METRICS,
          CURRENT,
          CONDITIONS,
          BEHAVIOR,
          PREFIX + "scale-down-tolerance",
          PREFIX + "scale-up-tolerance");

  private static final List<String> CONDITION =
      List.of("type", "status", "lastTransitionTime", "reason", "message");

  private static final String TYPE = "autoscaling.v2.HorizontalPodAutoscaler";
  private static final String UTILIZATION = "targetCPUUtilizationPercentage";
  private static final String CURRENT_UTILIZATION = "currentCPUUtilizationPercentage";
  private static final int UTILIZATION_DEFAULT = 80;

  private Autoscalers() {}

  static ObjectNode toV2(ObjectNode v1) {
    v1.put("apiVersion", "autoscaling/v2");
    ObjectNode spec = v1.withObject("/spec");
    ArrayNode metrics = Json.array();
    JsonNode others = taken(v1, METRICS);
    understood("Spec", "metrics", AutoscalerMetrics.WANTED.toV2(others)).forEach(metrics::add);
    JsonNode utilization = spec.remove(UTILIZATION);
    if (utilization != null && !utilization.isNull()) {
      metrics.add(cpu("target", utilization.asInt()));
    }
    if (metrics.isEmpty()) {
      metrics.add(cpu("target", UTILIZATION_DEFAULT));
    }
    spec.set("metrics", metrics);
    JsonNode behavior =
        understood("Spec", "behavior", AutoscalerBehavior.fromGo(taken(v1, BEHAVIOR)));
    if (behavior.isObject()) {
      spec.set("behavior", behavior);
    }
    statusToV2(v1);
    dropAnnotations(v1);
    return v1;
  }

  private static void statusToV2(ObjectNode v1) {
    JsonNode found = AutoscalerMetrics.FOUND.toV2(taken(v1, CURRENT));
    JsonNode current = understood("Status", "currentMetrics", found);
    JsonNode conditions = understood("Status", "conditions", taken(v1, CONDITIONS));
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
    dropAnnotations(v2);
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
          others.add(AutoscalerMetrics.WANTED.toV1(metric));
        }
      }
    }
    if (!others.isEmpty()) {
      annotate(v2, METRICS, others);
    }
    JsonNode behavior = spec.remove("behavior");
    if (behavior != null) {
      annotate(v2, BEHAVIOR, AutoscalerBehavior.toGo(behavior));
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
      ArrayNode written = Json.array();
      current.forEach(metric -> written.add(AutoscalerMetrics.FOUND.toV1(metric)));
      annotate(v2, CURRENT, written);
      for (JsonNode metric : current) {
        JsonNode used = metric.at("/resource/current/averageUtilization");
        if (isCpu(metric) && used.isNumber()) {
          status.put(CURRENT_UTILIZATION, used.asInt());
        }
      }
    }
    JsonNode conditions = status.remove("conditions");
    if (conditions != null && !conditions.isEmpty()) {
      ArrayNode written = Json.array();
      conditions.forEach(condition -> written.add(ordered(condition)));
      annotate(v2, CONDITIONS, written);
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

  /** A condition as Go writes it: in this order, and null for a time that is not set. */
  private static ObjectNode ordered(JsonNode condition) {
    ObjectNode to = Json.object();
    for (String field : CONDITION) {
      if (condition.has(field)) {
        to.set(field, condition.get(field));
      } else if (field.equals("lastTransitionTime")) {
        to.putNull(field);
      }
    }
    return to;
  }

  /** The annotation's JSON; missing where there is none, or where it cannot be read. */
  private static JsonNode taken(ObjectNode object, String key) {
    JsonNode text = object.path("metadata").path("annotations").path(key);
    try {
      return text.isMissingNode() ? text : Json.parse(text.asText());
    } catch (DecodeException e) {
      return MissingNode.getInstance();
    }
  }

  /** A field of v2 as a client could have sent it; missing where its type is another. */
  private static JsonNode understood(String half, String field, JsonNode value) {
    if (value.isMissingNode()) {
      return value;
    }
    Schema schema = Schema.builtin();
    ObjectType type = schema.type(TYPE + half).orElseThrow();
    ObjectNode holder = Json.object();
    holder.set(field, value);
    try {
      return StructDecoder.decode(schema, type, holder).object().path(field);
    } catch (DecodeException e) {
      return MissingNode.getInstance();
    }
  }

  /** What travels in annotations is never what a client wrote into them. */
  private static void dropAnnotations(ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    if (metadata.get("annotations") instanceof ObjectNode annotations) {
      annotations.remove(CARRIERS);
      if (annotations.isEmpty()) {
        metadata.remove("annotations");
      }
    }
  }
}
