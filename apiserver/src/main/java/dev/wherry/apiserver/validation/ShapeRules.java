package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.schema.FieldInfo;
import dev.wherry.model.schema.FieldType;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Holds an object against its published type: JSON types, and fields the type does not have. */
public final class ShapeRules {
  /** Unknown fields named in one answer. */
  public static final int UNKNOWN_MAX = 64;

  private final Schema schema;

  /** Rules by a schema. */
  public ShapeRules(Schema schema) {
    this.schema = schema;
  }

  /**
   * Paths of fields that the kind's type does not have, such as {@code spec.containers[0].imagee}:
   * strict decoding answers {@code unknown field "..."} for each. Empty for kinds without a
   * published type.
   */
  public List<String> unknownFields(ObjectType type, JsonNode object) {
    List<String> unknown = new ArrayList<>();
    walkObject(type, object, "", unknown);
    return unknown;
  }

  /**
   * Refuses a value of the wrong JSON type, as decoding into a structure does.
   *
   * @throws ApiException BadRequest, naming the path and both types
   */
  public void requireTypes(ObjectType type, JsonNode object) {
    walkObject(type, object, "", new ArrayList<>());
  }

  private void walkObject(ObjectType type, JsonNode object, String path, List<String> unknown) {
    if (object.isNull()) {
      return;
    }
    if (!object.isObject()) {
      throw mismatch(type.simpleName(), path, "object", object);
    }
    for (Map.Entry<String, JsonNode> e : object.properties()) {
      String at = path.isEmpty() ? e.getKey() : path + "." + e.getKey();
      FieldInfo field = type.fields().get(e.getKey());
      if (field != null) {
        walk(field.type(), e.getValue(), at, unknown);
      } else if (unknown.size() < UNKNOWN_MAX) {
        unknown.add(at);
      }
    }
  }

  private void walk(FieldType type, JsonNode value, String path, List<String> unknown) {
    if (value.isNull()) {
      return;
    }
    switch (type) {
      case FieldType.Scalar scalar -> scalar(scalar, value, path);
      case FieldType.Ref(String name) -> {
        Optional<ObjectType> nested = schema.type(name);
        nested.ifPresent(t -> walkObject(t, value, path, unknown));
      }
      case FieldType.ListOf(FieldType item) -> {
        if (!value.isArray()) {
          throw mismatch("list", path, "array", value);
        }
        for (int i = 0; i < value.size(); i++) {
          walk(item, value.get(i), path + "[" + i + "]", unknown);
        }
      }
      case FieldType.MapOf(FieldType element) -> {
        if (!value.isObject()) {
          throw mismatch("map", path, "object", value);
        }
        value
            .properties()
            .forEach(e -> walk(element, e.getValue(), path + "." + e.getKey(), unknown));
      }
    }
  }

  private static void scalar(FieldType.Scalar scalar, JsonNode value, String path) {
    boolean fits =
        switch (scalar) {
          case STRING, BYTES, TIME, MICRO_TIME -> value.isTextual();
          case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
          case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
          case DOUBLE -> value.isNumber();
          case BOOLEAN -> value.isBoolean();
          case QUANTITY, INT_OR_STRING -> value.isTextual() || value.isNumber();
          case JSON -> true;
        };
    if (!fits) {
      throw mismatch(scalar.name().toLowerCase(Locale.ROOT), path, "", value);
    }
  }

  private static ApiException mismatch(String wanted, String path, String json, JsonNode value) {
    String want = json.isEmpty() ? wanted : json;
    String have = value.getNodeType().name().toLowerCase(Locale.ROOT);
    return ApiException.badRequest(
        "json: cannot unmarshal %s into field %s of type %s"
            .formatted(have, path.isEmpty() ? "." : path, want));
  }
}
