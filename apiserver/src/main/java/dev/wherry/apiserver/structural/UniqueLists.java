package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lists of type set and map have each element once (apiextensions-apiserver schema/listtype). */
public final class UniqueLists {
  private UniqueLists() {}

  /** The mistakes in an object's lists. */
  public static List<Problem> check(JsonNode object, Structural schema) {
    List<Problem> problems = new ArrayList<>(0);
    value(object, schema, "", problems);
    return problems;
  }

  private static void value(
      JsonNode value, Structural schema, String path, List<Problem> problems) {
    switch (value) {
      case ObjectNode object -> {
        for (Map.Entry<String, JsonNode> e : object.properties()) {
          Structural property = schema.properties().get(e.getKey());
          String dot = path.isEmpty() ? e.getKey() : path + "." + e.getKey();
          if (property != null) {
            value(e.getValue(), property, dot, problems);
          } else if (schema.additional().isPresent()) {
            String at = path + "[" + e.getKey() + "]";
            value(e.getValue(), schema.additional().get(), at, problems);
          }
        }
      }
      case ArrayNode list -> list(list, schema, path, problems);
      default -> {}
    }
  }

  private static void list(ArrayNode list, Structural schema, String path, List<Problem> problems) {
    switch (schema.listType()) {
      case "set" -> duplicates(list, path, problems);
      case "map" -> byKeys(list, schema, path, problems);
      default -> {}
    }
    Structural item = schema.item();
    if (item != null) {
      for (int i = 0; i < list.size(); i++) {
        value(list.get(i), item, path + "[" + i + "]", problems);
      }
    }
  }

  private static void byKeys(
      ArrayNode list, Structural schema, String path, List<Problem> problems) {
    ArrayNode keys = Json.array();
    for (int i = 0; i < list.size(); i++) {
      JsonNode element = list.get(i);
      if (!element.isNull() && !element.isObject()) {
        problems.add(
            Problem.of(
                "FieldValueInvalid",
                path + "[" + i + "]",
                "Invalid value: " + element + ": must be an object for an array of list-type map",
                false));
        return;
      }
      ObjectNode key = keys.addObject();
      for (String name : schema.listMapKeys()) {
        if (element.has(name)) {
          key.set(name, element.get(name));
        }
      }
    }
    duplicates(keys, path, problems);
  }

  /** Each element that stands more than once is told at its second place. */
  private static void duplicates(ArrayNode list, String path, List<Problem> problems) {
    Map<JsonNode, Integer> seen = HashMap.newHashMap(list.size());
    for (int i = 0; i < list.size(); i++) {
      if (seen.merge(list.get(i), 1, Integer::sum) == 2) {
        problems.add(
            Problem.of(
                "FieldValueDuplicate",
                path + "[" + i + "]",
                "Duplicate value: " + list.get(i),
                false));
      }
    }
  }
}
