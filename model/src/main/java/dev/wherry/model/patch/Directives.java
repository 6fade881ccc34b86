package dev.wherry.model.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What a patch value becomes where the object holds nothing to merge with. */
final class Directives {
  private Directives() {}

  /**
   * A copy of {@code value} without directives, without null fields, and without fields and
   * elements that only say how to change what is there.
   */
  static JsonNode strip(JsonNode value) {
    if (value instanceof ObjectNode object) {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        boolean kept = !isDirective(field.getKey()) && !field.getValue().isNull();
        if (kept && !field.getValue().has(StrategicMergePatch.PATCH)) {
          result.set(field.getKey(), strip(field.getValue()));
        }
      }
      return result;
    }
    if (value instanceof ArrayNode array) {
      ArrayNode result = JsonNodeFactory.instance.arrayNode();
      for (JsonNode element : array) {
        if (!element.has(StrategicMergePatch.PATCH)) {
          result.add(strip(element));
        }
      }
      return result;
    }
    return value;
  }

  private static boolean isDirective(String name) {
    return name.equals(StrategicMergePatch.PATCH)
        || name.equals(StrategicMergePatch.RETAIN_KEYS)
        || name.startsWith(StrategicMergePatch.DELETE_FROM_PRIMITIVE_LIST)
        || name.startsWith(StrategicMergePatch.SET_ELEMENT_ORDER);
  }
}
