package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.json.Json;
import java.util.Set;
import java.util.function.Function;

/**
 * The unions of JSON schemas (apiextensions JSONSchemaPropsOrBool, OrArray, OrStringArray), whose
 * JSON forms no field describes.
 */
final class ProtobufUnions {
  private static final Set<String> UNIONS =
      Set.of("items", "additionalItems", "additionalProperties", "dependencies");

  private ProtobufUnions() {}

  static boolean isUnion(ObjectType owner, FieldInfo field) {
    return owner.simpleName().equals("JSONSchemaProps") && UNIONS.contains(field.name());
  }

  /**
   * Reads the message under the reader.
   *
   * @param into where entries of {@code dependencies} gather
   */
  static void read(
      FieldInfo field, WireReader reader, ObjectNode into, Function<byte[], ObjectNode> schema) {
    switch (field.name()) {
      case "items" -> into.set("items", orArray(new WireReader(reader.bytes()), schema));
      case "dependencies" -> {
        ObjectNode all =
            into.get("dependencies") instanceof ObjectNode there
                ? there
                : into.putObject("dependencies");
        WireReader entry = new WireReader(reader.bytes());
        String key = "";
        JsonNode value = Json.array();
        while (entry.next()) {
          if (entry.number() == 1) {
            key = entry.text();
          } else {
            value = orTexts(new WireReader(entry.bytes()), schema);
          }
        }
        all.set(key, value);
      }
      default -> into.set(field.name(), orBool(new WireReader(reader.bytes()), schema));
    }
  }

  private static JsonNode orBool(WireReader union, Function<byte[], ObjectNode> schema) {
    JsonNode result = BooleanNode.FALSE;
    while (union.next()) {
      if (union.wireType() == WireReader.VARINT) {
        boolean allows = union.varint() != 0;
        result = result.isObject() ? result : BooleanNode.valueOf(allows);
      } else {
        result = schema.apply(union.bytes());
      }
    }
    return result;
  }

  private static JsonNode orArray(WireReader union, Function<byte[], ObjectNode> schema) {
    JsonNode result = Json.array();
    while (union.next()) {
      ObjectNode one = schema.apply(union.bytes());
      result = union.number() == 1 ? one : ((ArrayNode) result).add(one);
    }
    return result;
  }

  private static JsonNode orTexts(WireReader union, Function<byte[], ObjectNode> schema) {
    JsonNode result = Json.array();
    while (union.next()) {
      if (union.number() == 1) {
        result = schema.apply(union.bytes());
      } else {
        result = ((ArrayNode) result).add(TextNode.valueOf(union.text()));
      }
    }
    return result;
  }

  /** Writes a value of one of these fields. */
  static void write(
      FieldInfo field,
      int number,
      JsonNode value,
      WireWriter out,
      Function<JsonNode, byte[]> schema) {
    if (field.name().equals("dependencies")) {
      value
          .properties()
          .forEach(e -> {
            WireWriter entry = new WireWriter();
            entry.text(1, e.getKey());
            WireWriter union = new WireWriter();
            if (e.getValue().isArray()) {
              e.getValue().forEach(text -> union.text(2, text.asText()));
            } else {
              union.bytes(1, schema.apply(e.getValue()));
            }
            entry.bytes(2, union.toBytes());
            out.bytes(number, entry.toBytes());
          });
      return;
    }
    WireWriter union = new WireWriter();
    boolean items = field.name().equals("items");
    if (value.isArray()) {
      value.forEach(one -> union.bytes(2, schema.apply(one)));
    } else if (value.isObject()) {
      if (!items) {
        union.number(1, 1);
      }
      union.bytes(items ? 1 : 2, schema.apply(value));
    } else {
      union.number(1, value.asBoolean() ? 1 : 0);
    }
    out.bytes(number, union.toBytes());
  }
}
