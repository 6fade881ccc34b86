package dev.wherry.model.schema;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.TreePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives a tree the shape that upstream's decoder gives an object: unknown fields go, nulls and zero
 * values that Go would not write go, times and quantities get their canonical text, and a value of
 * the wrong JSON type is refused in the decoder's words (sigs.k8s.io/json).
 */
public final class StructDecoder {
  /** Unknown fields named in one answer (sigs.k8s.io/json strict errors). */
  public static final int UNKNOWN_MAX = 100;

  private final Schema schema;
  private final List<String> unknown = new ArrayList<>();

  private StructDecoder(Schema schema) {
    this.schema = schema;
  }

  /**
   * An object as it was understood.
   *
   * @param unknown paths of fields that the type does not have, as {@code spec.a[0].b}
   */
  public record Decoded(ObjectNode object, List<String> unknown) {}

  /**
   * A new tree of the type's fields only; the given one is not changed.
   *
   * @throws DecodeException naming field and type when a value has the wrong JSON type
   */
  public static Decoded decode(Schema schema, ObjectType type, ObjectNode tree) {
    StructDecoder decoder = new StructDecoder(schema);
    ObjectNode object = decoder.struct(type, tree, null, null);
    return new Decoded(object, List.copyOf(decoder.unknown));
  }

  private ObjectNode struct(
      ObjectType type, ObjectNode tree, @Nullable TreePath path, @Nullable Place around) {
    ObjectNode object = Json.object();
    Map<String, GoField> goFields = GoFields.of(type);
    for (Map.Entry<String, JsonNode> e : tree.properties()) {
      String name = e.getKey();
      FieldInfo field = type.fields().get(name);
      if (field == null) {
        if (unknown.size() < UNKNOWN_MAX) {
          unknown.add(TreePath.field(path, name).toString());
        }
        continue;
      }
      if (!e.getValue().isNull()) {
        GoField go = requireNonNull(goFields.get(name));
        Place place = new Place(around, type, field, go);
        value(place, field.type(), e.getValue(), TreePath.field(path, name))
            .filter(value -> !go.dropsZero() || !isZero(value))
            .ifPresent(value -> object.set(name, value));
      }
    }
    addWritten(type, object);
    return object;
  }

  private void addWritten(ObjectType type, ObjectNode object) {
    GoFields.written(schema, type)
        .forEach((name, zero) -> {
          if (!object.has(name)) {
            object.set(name, zero.deepCopy());
          }
        });
  }

  /**
   * Adds, in place, what {@link #decode} would add to a tree that has the type's shape already: one
   * that a record was written to.
   */
  public static void complete(Schema schema, ObjectType type, ObjectNode tree) {
    StructDecoder decoder = new StructDecoder(schema);
    decoder.complete(type, tree);
  }

  private void complete(ObjectType type, ObjectNode tree) {
    for (Map.Entry<String, JsonNode> e : tree.properties()) {
      FieldInfo field = type.fields().get(e.getKey());
      if (field != null) {
        complete(field.type(), e.getValue());
      }
    }
    addWritten(type, tree);
  }

  private void complete(FieldType type, JsonNode value) {
    switch (type) {
      case FieldType.Ref(String name) when value instanceof ObjectNode object ->
          schema.type(name).ifPresent(nested -> complete(nested, object));
      case FieldType.ListOf(FieldType item) -> value.forEach(element -> complete(item, element));
      case FieldType.MapOf(FieldType item) -> value.forEach(element -> complete(item, element));
      case FieldType.Ref _, FieldType.Scalar _ -> {}
    }
  }

  /** What Go writes for a field of which nothing is set; empty where it leaves the field out. */
  public static Optional<JsonNode> unset(Schema schema, ObjectType type, String field) {
    return Optional.ofNullable(GoFields.written(schema, type).get(field)).map(JsonNode::deepCopy);
  }

  /** Structures count as something, however empty: Go writes them always. */
  static boolean isZero(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> value.textValue().isEmpty();
      case NUMBER -> value.isIntegralNumber() && value.asLong() == 0;
      case BOOLEAN -> !value.booleanValue();
      case ARRAY -> value.isEmpty();
      default -> false;
    };
  }

  /**
   * The field that a value belongs to, for the words of a refusal.
   *
   * @param around the field that holds the owner, null at the root
   */
  private record Place(@Nullable Place around, ObjectType owner, FieldInfo field, GoField go) {
    /** The names of the fields alone, without indices and keys. */
    private String goPath() {
      return around == null ? field.name() : around.goPath() + "." + field.name();
    }

    /** {@code have} as the decoder calls JSON values. */
    DecodeException mismatch(String have, String wanted) {
      return new DecodeException(
          "json: cannot unmarshal %s into Go struct field %s.%s of type %s"
              .formatted(have, owner.simpleName(), goPath(), wanted));
    }
  }

  private Optional<JsonNode> value(Place place, FieldType type, JsonNode value, TreePath path) {
    return switch (type) {
      case FieldType.Scalar scalar ->
          GoScalars.read(
              scalar,
              value,
              () -> place.mismatch(GoScalars.have(scalar, value), goType(place, type)));
      case FieldType.Ref(String name) -> {
        if (!(value instanceof ObjectNode object)) {
          throw place.mismatch(Json.kindOf(value), goType(place, type));
        }
        ObjectType nested =
            schema.type(name).orElseThrow(() -> new DecodeException("no type " + name));
        yield Optional.of(struct(nested, object, path, place));
      }
      case FieldType.ListOf(FieldType item) -> Optional.of(list(place, type, item, value, path));
      case FieldType.MapOf(FieldType item) -> map(place, type, item, value, path);
    };
  }

  private ArrayNode list(
      Place place, FieldType type, FieldType item, JsonNode value, TreePath path) {
    if (!value.isArray()) {
      throw place.mismatch(Json.kindOf(value), goType(place, type));
    }
    ArrayNode list = Json.array();
    for (int i = 0; i < value.size(); i++) {
      JsonNode element = value.get(i);
      if (element.isNull()) {
        list.add(GoScalars.zero(item));
      } else {
        value(place, item, element, TreePath.element(path, i)).ifPresent(list::add);
      }
    }
    return list;
  }

  private Optional<JsonNode> map(
      Place place, FieldType type, FieldType item, JsonNode value, TreePath path) {
    if (!value.isObject()) {
      throw place.mismatch(Json.kindOf(value), goType(place, type));
    }
    ObjectNode map = Json.object();
    for (Map.Entry<String, JsonNode> e : value.properties()) {
      if (e.getValue().isNull()) {
        map.set(e.getKey(), GoScalars.zero(item));
      } else {
        value(place, item, e.getValue(), TreePath.field(path, e.getKey()))
            .ifPresent(v -> map.set(e.getKey(), v));
      }
    }
    boolean dropped = map.isEmpty() && place.go().dropsZero();
    return dropped ? Optional.empty() : Optional.of(map);
  }

  private static String goType(Place place, FieldType type) {
    String named = place.go().typeName();
    boolean whole = type.equals(place.field().type());
    return whole && !named.isEmpty() ? named : GoScalars.typeName(type);
  }
}
