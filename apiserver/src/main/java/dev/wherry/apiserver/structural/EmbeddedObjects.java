package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects within objects have metadata of the usual shape (apiextensions schema/objectmeta). */
public final class EmbeddedObjects {
  private static final ObjectType METADATA =
      Schema.builtin().type("meta.v1.ObjectMeta").orElseThrow();

  private EmbeddedObjects() {}

  /**
   * Gives metadata the shape of ObjectMeta.
   *
   * @param unknown collects fields that it does not have, with this path before them
   * @throws DecodeException in the decoder's words when a field has the wrong type
   */
  public static ObjectNode metadata(JsonNode metadata, String path, List<String> unknown) {
    if (!(metadata instanceof ObjectNode object)) {
      throw new DecodeException(
          "json: cannot unmarshal "
              + Json.kindOf(metadata)
              + " into Go value of type v1.ObjectMeta");
    }
    StructDecoder.Decoded decoded = StructDecoder.decode(Schema.builtin(), METADATA, object);
    decoded.unknown().forEach(field -> unknown.add(path + "." + field));
    return decoded.object();
  }

  /** Shapes the metadata of every object embedded in a value; unknown fields are collected. */
  public static void shape(
      JsonNode value, @Nullable Structural schema, String path, List<String> unknown) {
    if (schema == null) {
      return;
    }
    switch (value) {
      case ObjectNode object -> {
        if (schema.embedded() && object.has("metadata")) {
          object.set("metadata", metadata(object.get("metadata"), at(path, "metadata"), unknown));
        }
        for (Map.Entry<String, JsonNode> e : object.properties()) {
          shape(e.getValue(), schema.field(e.getKey()), at(path, e.getKey()), unknown);
        }
      }
      case ArrayNode list -> {
        for (int i = 0; i < list.size(); i++) {
          shape(list.get(i), schema.item(), path + "[" + i + "]", unknown);
        }
      }
      default -> {}
    }
  }

  private static String at(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The mistakes of embedded objects: each needs a kind and a version. */
  public static List<Problem> check(JsonNode value, Structural schema) {
    List<Problem> problems = new ArrayList<>(0);
    check(value, schema, "", problems);
    return problems;
  }

  private static void check(
      JsonNode value, @Nullable Structural schema, String path, List<Problem> problems) {
    if (schema == null) {
      return;
    }
    switch (value) {
      case ObjectNode object -> {
        if (schema.embedded()) {
          named(object, "apiVersion", path, problems);
          named(object, "kind", path, problems);
        }
        for (Map.Entry<String, JsonNode> e : object.properties()) {
          check(e.getValue(), schema.field(e.getKey()), at(path, e.getKey()), problems);
        }
      }
      case ArrayNode list -> {
        for (int i = 0; i < list.size(); i++) {
          check(list.get(i), schema.item(), path + "[" + i + "]", problems);
        }
      }
      default -> {}
    }
  }

  private static void named(ObjectNode object, String field, String path, List<Problem> problems) {
    JsonNode value = object.path(field);
    String at = at(path, field);
    if (value.isMissingNode()) {
      problems.add(Problem.of("FieldValueRequired", at, "Required value", true));
    } else if (!value.isTextual()) {
      problems.add(
          Problem.of(
              "FieldValueInvalid", at, "Invalid value: " + value + ": must be a string", false));
    } else if (value.textValue().isEmpty()) {
      problems.add(
          Problem.of("FieldValueInvalid", at, "Invalid value: \"\": must not be empty", false));
    }
  }
}
