package dev.wherry.apiserver.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.wherry.apiserver.structural.Structural;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Types of values that structural schemas describe (apiserver cel/common SchemaDeclType). What no
 * schema describes has no type, and rules cannot speak of it.
 */
@SuppressWarnings("Immutable") // Filled in the constructor, never changed afterwards.
final class CelTypes implements CelTypeProvider {
  private static final String SELF = "selfType";
  private final Map<String, CelType> structs = new LinkedHashMap<>();
  private final Optional<CelType> self;

  /**
   * @param resource whether the value is an object with a kind and metadata
   */
  CelTypes(Structural schema, boolean resource) {
    this.self = type(schema, resource, SELF);
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
      fields.put("metadata", struct(name + ".metadata", metadata()));
    }
    return Optional.of(struct(name, fields));
  }

  private static Map<String, CelType> metadata() {
    return Map.of("name", SimpleType.STRING, "generateName", SimpleType.STRING);
  }

  private CelType struct(String name, Map<String, CelType> fields) {
    structs.put(
        name,
        StructType.create(
            name,
            ImmutableSet.copyOf(fields.keySet()),
            field -> Optional.ofNullable(fields.get(field))));
    return StructTypeReference.create(name);
  }

  @Override
  public ImmutableCollection<CelType> types() {
    return ImmutableList.copyOf(structs.values());
  }

  @Override
  public Optional<CelType> findType(String name) {
    return Optional.ofNullable(structs.get(name));
  }
}
