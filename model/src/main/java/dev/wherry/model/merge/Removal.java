package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.Map;

/** Takes the members of a set out of an object. */
public final class Removal {
  private Removal() {}

  /** A new tree, which may share values with the given one; null where nothing is left. */
  public static JsonNode of(MergeType type, JsonNode value, FieldSet unwanted) {
    return switch (type.form(value)) {
      case SCALAR, INVALID -> value;
      case LIST ->
          type.isAtomicList() || value.isEmpty()
              ? NullNode.getInstance()
              : list(type, value, unwanted);
      case MAP ->
          type.isAtomicMap() || value.isEmpty()
              ? NullNode.getInstance()
              : map(type, value, unwanted);
    };
  }

  private static JsonNode list(MergeType type, JsonNode value, FieldSet unwanted) {
    ArrayNode kept = Json.array();
    for (JsonNode item : value) {
      PathElement element = ListKeys.of(type, item);
      if (!unwanted.hasMember(element)) {
        FieldSet below = unwanted.below(element);
        kept.add(below.isEmpty() ? item : of(type.item(), item, below));
      }
    }
    return kept.isEmpty() ? NullNode.getInstance() : kept;
  }

  private static JsonNode map(MergeType type, JsonNode value, FieldSet unwanted) {
    ObjectNode kept = Json.object();
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      PathElement element = new PathElement.Name(field.getKey());
      if (!unwanted.hasMember(element)) {
        FieldSet below = unwanted.below(element);
        JsonNode child = field.getValue();
        kept.set(
            field.getKey(), below.isEmpty() ? child : of(type.field(field.getKey()), child, below));
      }
    }
    return kept.isEmpty() ? NullNode.getInstance() : kept;
  }
}
