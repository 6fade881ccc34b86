package dev.wherry.model.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Trees whose fields stand by their names, as Go's {@code encoding/json} writes maps. */
public final class SortedTree {
  private SortedTree() {}

  /** A copy with the fields of every object sorted; lists keep their order. */
  public static JsonNode of(JsonNode tree) {
    if (tree.isArray()) {
      ArrayNode list = Json.array();
      tree.forEach(item -> list.add(of(item)));
      return list;
    }
    if (!tree.isObject()) {
      return tree;
    }
    ObjectNode object = Json.object();
    tree.properties().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(field -> object.set(field.getKey(), of(field.getValue())));
    return object;
  }
}
