package dev.wherry.apiserver.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.wherry.apiserver.structural.Structural;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Types of values that structural schemas describe (apiserver cel/common SchemaDeclType). What no
 * schema describes has no type, and rules cannot speak of it.
 */
final class CelTypes {
  private static final String SELF = "selfType";
  private final CelStructs structs;
  private final Optional<CelType> self;

  /**
   * @param resource whether the value is an object with a kind and metadata
   */
  CelTypes(Structural schema, boolean resource) {
    this(schema, resource, SELF, new CelStructs());
  }

  /**
   * @param name of the value's own type
   * @param structs takes the types of its parts
   */
  CelTypes(Structural schema, boolean resource, String name, CelStructs structs) {
    this.structs = structs;
    this.self = type(schema, resource, name);
  }

  CelStructs structs() {
    return structs;
  }

  /** The type of the value itself. */
  Optional<CelType> self() {
    return self;
  }

  private Optional<CelType> type(Structural schema, boolean resource, String name) {
    if (schema.intOrString()) {
      return Optional.of(SimpleType.DYN);
    }
    return switch (schema.type()) {
      case "array" ->
          schema
              .items()
              .flatMap(item -> type(item, item.embedded(), name + ".@idx"))
              .map(ListType::create);
      case "object" -> object(schema, resource, name);
      case "string" -> Optional.of(text(schema.format()));
      case "boolean" -> Optional.of(SimpleType.BOOL);
      case "number" -> Optional.of(SimpleType.DOUBLE);
      case "integer" -> Optional.of(SimpleType.INT);
      default -> Optional.empty();
    };
  }

  private static CelType text(String format) {
    return switch (format) {
      case "byte" -> SimpleType.BYTES;
      case "duration" -> SimpleType.DURATION;
      case "date", "date-time" -> SimpleType.TIMESTAMP;
      default -> SimpleType.STRING;
    };
  }

  private Optional<CelType> object(Structural schema, boolean resource, String name) {
    if (schema.additional().isPresent()) {
      Structural value = schema.additional().get();
      return type(value, value.embedded(), name + ".@elem")
          .map(type -> MapType.create(SimpleType.STRING, type));
    }
    Map<String, CelType> fields = new LinkedHashMap<>();
    schema
        .properties()
        .forEach((field, property) ->
            type(property, property.embedded(), name + "." + field)
                .ifPresent(type ->
                    CelNames.escape(field).ifPresent(escaped -> fields.put(escaped, type))));
    if (resource) {
      fields.put("apiVersion", SimpleType.STRING);
      fields.put("kind", SimpleType.STRING);
      fields.put("metadata", structs.add(name + ".metadata", metadata()));
    }
    return Optional.of(structs.add(name, fields));
  }

  private static Map<String, CelType> metadata() {
    return Map.of("name", SimpleType.STRING, "generateName", SimpleType.STRING);
  }
}
