package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills in defaults (apiextensions-apiserver schema/defaulting). */
public final class Defaulting {
  private Defaulting() {}

  /** Fills in what is absent, and what is null where null is not allowed, in place. */
  public static void fill(JsonNode value, Structural schema) {
    if (!schema.hasDefaults()) {
      return;
    }
    switch (value) {
      case ObjectNode object -> fillObject(object, schema);
      case ArrayNode array -> {
        Structural item = schema.item();
        if (item == null) {
          return;
        }
        for (int i = 0; i < array.size(); i++) {
          if (isWrongNull(array.get(i), item) && item.hasDefault()) {
            array.set(i, item.defaultValue().deepCopy());
          }
          fill(array.get(i), item);
        }
      }
      default -> {}
    }
  }

  private static void fillObject(ObjectNode object, Structural schema) {
    for (Map.Entry<String, Structural> e : schema.properties().entrySet()) {
      Structural property = e.getValue();
      JsonNode current = object.get(e.getKey());
      boolean absent = current == null || isWrongNull(current, property);
      if (property.hasDefault() && absent) {
        object.set(e.getKey(), property.defaultValue().deepCopy());
      }
    }
    for (Map.Entry<String, JsonNode> e : object.properties()) {
      Structural field = schema.field(e.getKey());
      if (field == null) {
        continue;
      }
      if (isWrongNull(e.getValue(), field) && field.hasDefault()) {
        e.setValue(field.defaultValue().deepCopy());
      }
      fill(e.getValue(), field);
    }
  }

  private static boolean isWrongNull(JsonNode value, Structural schema) {
    return value.isNull() && !schema.nullable();
  }

  /** Removes nulls that are not allowed and that no default replaces. */
  public static void dropNulls(JsonNode value, @Nullable Structural schema) {
    switch (value) {
      case ObjectNode object -> {
        for (Iterator<Map.Entry<String, JsonNode>> it = object.properties().iterator();
            it.hasNext(); ) {
          Map.Entry<String, JsonNode> e = it.next();
          Structural field = schema == null ? null : schema.field(e.getKey());
          if (field != null && isWrongNull(e.getValue(), field) && !field.hasDefault()) {
            it.remove();
          } else {
            dropNulls(e.getValue(), field);
          }
        }
      }
      case ArrayNode array ->
          array.forEach(item -> dropNulls(item, schema == null ? null : schema.item()));
      default -> {}
    }
  }
}
