package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.model.merge.MergeType.Field;
import dev.wherry.model.merge.MergeType.Relation;
import dev.wherry.model.merge.MergeType.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Types of custom resources, made of the structural OpenAPI v3 schema in their definition
 * (kube-openapi schemaconv). Markers: {@code x-kubernetes-list-type}, {@code -list-map-keys},
 * {@code -map-type}, {@code -int-or-string}, {@code -preserve-unknown-fields}, {@code
 * -embedded-resource}.
 */
public final class OpenApiMergeTypes {
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
  private static final String EMBEDDED = "x-kubernetes-embedded-resource";

  private final MergeType metadata;

  /**
   * @param metadata the type {@code meta.v1.ObjectMeta}
   */
  public OpenApiMergeTypes(MergeType metadata) {
    this.metadata = metadata;
  }

  /**
   * The type of a kind's objects.
   *
   * @param schema the version's {@code schema.openAPIV3Schema}; an empty object where there is none
   */
  public MergeType kind(JsonNode schema) {
    if (!schema.isObject() || schema.isEmpty()) {
      return MergeType.DEDUCED;
    }
    MergeType type = type(schema, false);
    declareMetadata(type);
    return type;
  }

  private void declareMetadata(MergeType type) {
    type.declare("apiVersion", Field.of(MergeType.STRING));
    type.declare("kind", Field.of(MergeType.STRING));
    type.declare("metadata", Field.of(metadata));
  }

  private MergeType type(JsonNode schema, boolean preserving) {
    boolean preserve = preserving || schema.path(PRESERVE).asBoolean();
    return switch (schema.path("type").asText()) {
      case "object" -> object(schema, preserve);
      case "array" -> list(schema, preserve);
      case "integer", "number" -> MergeType.NUMERIC;
      case "boolean" -> MergeType.BOOLEAN;
      case "string" -> string(schema.path("format").asText());
      default -> MergeType.union(Scalar.UNTYPED, list(schema, preserve), object(schema, preserve));
    };
  }

  private static MergeType string(String format) {
    return format.isEmpty() || format.equals("byte") ? MergeType.STRING : MergeType.ANY_SCALAR;
  }

  private MergeType object(JsonNode schema, boolean preserve) {
    MergeType type =
        MergeType.struct(
            schema.path("x-kubernetes-map-type").asText().equals("atomic")
                ? Relation.ATOMIC
                : Relation.GRANULAR,
            others(schema, preserve));
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      type.declare(
          property.getKey(),
          new Field(
              type(property.getValue(), preserve),
              property.getValue().path("default"),
              MissingNode.getInstance()));
    }
    if (schema.path(EMBEDDED).asBoolean()) {
      declareMetadata(type);
    }
    return type;
  }

  private MergeType others(JsonNode schema, boolean preserve) {
    JsonNode additional = schema.path("additionalProperties");
    if (additional.isObject()) {
      return type(additional, preserve);
    }
    if (additional.isBoolean()) {
      return additional.booleanValue() ? MergeType.DEDUCED : MergeType.UNDECLARED;
    }
    return preserve || schema.path("properties").isEmpty()
        ? MergeType.DEDUCED
        : MergeType.UNDECLARED;
  }

  private MergeType list(JsonNode schema, boolean preserve) {
    JsonNode items = schema.path("items");
    MergeType item = items.isObject() ? type(items, preserve) : MergeType.ATOMIC;
    return switch (schema.path("x-kubernetes-list-type").asText()) {
      case "set" -> MergeType.list(Relation.GRANULAR, List.of(), item);
      case "map" -> {
        List<String> keys = new ArrayList<>();
        schema.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
        yield MergeType.list(Relation.GRANULAR, keys, item);
      }
      default -> MergeType.list(Relation.ATOMIC, List.of(), item);
    };
  }
}
