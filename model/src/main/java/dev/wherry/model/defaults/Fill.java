package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Sets fields that are absent; in Go's way an empty text counts as absent. */
final class Fill {
  private Fill() {}

  static boolean absent(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isMissingNode()
        || value.isNull()
        || (value.isTextual() && value.textValue().isEmpty());
  }

  static void text(ObjectNode object, String field, String value) {
    if (absent(object, field)) {
      object.put(field, value);
    }
  }

  /** For texts that are pointers in Go: an empty one stays, and is refused later. */
  static void optionalText(ObjectNode object, String field, String value) {
    if (!object.hasNonNull(field)) {
      object.put(field, value);
    }
  }

  /** The same for numbers in whose place a text may stand. */
  static void optionalNumber(ObjectNode object, String field, int value) {
    if (!object.hasNonNull(field)) {
      object.put(field, value);
    }
  }

  static void number(ObjectNode object, String field, int value) {
    if (absent(object, field)) {
      object.put(field, value);
    }
  }

  /** For numbers that are no pointers in Go: zero counts as absent. */
  static void numberOrZero(ObjectNode object, String field, int value) {
    if (absent(object, field) || object.path(field).asInt(-1) == 0) {
      object.put(field, value);
    }
  }

  static void flag(ObjectNode object, String field, boolean value) {
    if (absent(object, field)) {
      object.put(field, value);
    }
  }

  /** Takes out a map that nothing came into: Go does not write it. */
  static void dropEmpty(ObjectNode object, String field) {
    if (object.path(field).isEmpty()) {
      object.remove(field);
    }
  }

  /** The object under the field, made when it is absent. */
  static ObjectNode child(ObjectNode object, String field) {
    return object.get(field) instanceof ObjectNode child ? child : object.putObject(field);
  }

  /** The object under the field, or one that hangs nowhere. */
  static ObjectNode peek(JsonNode object, String field) {
    return object.get(field) instanceof ObjectNode child
        ? child
        : dev.wherry.model.json.Json.object();
  }

  static boolean has(JsonNode object, String field) {
    return object.get(field) instanceof ObjectNode;
  }

  /** The objects of a list. */
  static List<ObjectNode> each(JsonNode object, String field) {
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : object.path(field)) {
      if (item instanceof ObjectNode node) {
        items.add(node);
      }
    }
    return items;
  }
}
