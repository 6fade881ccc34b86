package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;

/**
 * How fast an autoscaler may scale, as autoscaling/v1 carries it in an annotation: Go's structure
 * without JSON names, so that fields begin in upper case and those that are not set are null
 * (pkg/apis/autoscaling, HorizontalPodAutoscalerBehavior).
 */
final class AutoscalerBehavior {
  private static final List<String> DIRECTIONS = List.of("scaleUp", "scaleDown");
  private static final List<String> RULES =
      List.of("stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance");
  private static final List<String> POLICY = List.of("type", "value", "periodSeconds");

  private AutoscalerBehavior() {}

  static ObjectNode toGo(JsonNode behavior) {
    ObjectNode to = Json.object();
    for (String direction : DIRECTIONS) {
      JsonNode rules = behavior.path(direction);
      to.set(upper(direction), rules.isObject() ? fields(rules, RULES) : null);
    }
    return to;
  }

  private static ObjectNode fields(JsonNode from, List<String> names) {
    ObjectNode to = Json.object();
    for (String name : names) {
      JsonNode value = from.path(name);
      if (value instanceof ArrayNode policies) {
        ArrayNode list = to.putArray(upper(name));
        policies.forEach(policy -> list.add(fields(policy, POLICY)));
      } else {
        to.set(upper(name), value.isMissingNode() ? null : value);
      }
    }
    return to;
  }

  private static String upper(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  /** Go reads names in either case; missing where nothing is set. */
  static JsonNode fromGo(JsonNode behavior) {
    ObjectNode to = Json.object();
    for (String direction : DIRECTIONS) {
      JsonNode rules = field(behavior, direction);
      if (rules.isObject()) {
        to.set(direction, read(rules, RULES));
      }
    }
    return to.isEmpty() ? MissingNode.getInstance() : to;
  }

  private static ObjectNode read(JsonNode from, List<String> names) {
    ObjectNode to = Json.object();
    for (String name : names) {
      JsonNode value = field(from, name);
      if (value instanceof ArrayNode policies) {
        ArrayNode list = to.putArray(name);
        policies.forEach(policy -> list.add(read(policy, POLICY)));
      } else if (!value.isMissingNode() && !value.isNull()) {
        to.set(name, value);
      }
    }
    return to;
  }

  private static JsonNode field(JsonNode from, String name) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      if (field.getKey().equalsIgnoreCase(name)) {
        return field.getValue();
      }
    }
    return MissingNode.getInstance();
  }
}
