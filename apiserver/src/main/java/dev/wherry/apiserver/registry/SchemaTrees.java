package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.FieldInfo;
import dev.wherry.model.schema.FieldType;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.util.ArrayDeque;
import java.util.Deque;

/** Types of built-in kinds as structural schemas, for checking expressions against them. */
final class SchemaTrees {
  private final Deque<String> above = new ArrayDeque<>();

  private SchemaTrees() {}

  static Structural of(ObjectType type) {
    return Structural.of(new SchemaTrees().object(type));
  }

  /** A definition's schema with the metadata that every object has. */
  static Structural ofCustom(JsonNode openApi) {
    ObjectNode schema = openApi.isObject() ? openApi.deepCopy() : Json.object();
    schema.put("type", "object");
    ObjectNode properties = schema.withObject("/properties");
    properties.putObject("apiVersion").put("type", "string");
    properties.putObject("kind").put("type", "string");
    properties.set("metadata", new SchemaTrees().of(new FieldType.Ref("meta.v1.ObjectMeta")));
    return Structural.of(schema);
  }

  /** A type within itself is an object of anything. */
  private ObjectNode object(ObjectType type) {
    ObjectNode schema = Json.object().put("type", "object");
    if (above.contains(type.name())) {
      return schema.put("x-kubernetes-preserve-unknown-fields", true);
    }
    above.push(type.name());
    ObjectNode properties = schema.putObject("properties");
    for (FieldInfo field : type.fields().values()) {
      properties.set(field.name(), of(field.type()));
    }
    above.pop();
    return schema;
  }

  private ObjectNode of(FieldType type) {
    ObjectNode schema = Json.object();
    switch (type) {
      case FieldType.Scalar scalar -> scalar(scalar, schema);
      case FieldType.Ref(String name) ->
          schema.setAll(
              Schema.builtin()
                  .type(name)
                  .map(this::object)
                  .orElseGet(() -> Json.object().put("type", "object")));
      case FieldType.ListOf(FieldType item) -> schema.put("type", "array").set("items", of(item));
      case FieldType.MapOf(FieldType value) ->
          schema.put("type", "object").set("additionalProperties", of(value));
    }
    return schema;
  }

  private static void scalar(FieldType.Scalar scalar, ObjectNode schema) {
    switch (scalar) {
      case STRING -> schema.put("type", "string");
      case INT32, INT64 -> schema.put("type", "integer");
      case DOUBLE -> schema.put("type", "number");
      case BOOLEAN -> schema.put("type", "boolean");
      case BYTES -> schema.put("type", "string").put("format", "byte");
      case TIME, MICRO_TIME -> schema.put("type", "string").put("format", "date-time");
      case QUANTITY, INT_OR_STRING -> schema.put("x-kubernetes-int-or-string", true);
      case JSON -> schema.put("type", "object").put("x-kubernetes-preserve-unknown-fields", true);
    }
  }
}
