package dev.wherry.apiserver.defaulting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Setting of absent fields in trees. */
final class Fill {
  private Fill() {}

  static boolean absent(ObjectNode object, String field) {
    JsonNode value = object.get(field);
    return value == null || value.isNull() || (value.isTextual() && value.textValue().isEmpty());
  }

  static void text(ObjectNode object, String field, String value) {
    if (absent(object, field)) {
      object.put(field, value);
    }
  }

  static void number(ObjectNode object, String field, int value) {
    if (absent(object, field)) {
      object.put(field, value);
    }
  }

  static void flag(ObjectNode object, String field, boolean value) {
    if (absent(object, field)) {
      object.put(field, value);
    }
  }

  /** The object in a field, made when absent. */
  static ObjectNode object(ObjectNode parent, String field) {
    return parent.get(field) instanceof ObjectNode there ? there : parent.putObject(field);
  }

  /** The objects of a list, or none. */
  static List<ObjectNode> objects(JsonNode parent, String list) {
    List<ObjectNode> objects = new ArrayList<>();
    for (JsonNode element : parent.path(list)) {
      if (element instanceof ObjectNode object) {
        objects.add(object);
      }
    }
    return objects;
  }

  /** The object in a field, or an empty one that belongs to nobody. */
  static ObjectNode present(JsonNode parent, String field) {
    return parent.path(field) instanceof ObjectNode object ? object : Json.object();
  }
}
