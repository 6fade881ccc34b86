package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.MergeType.Field;
import dev.wherry.model.merge.MergeType.Relation;
import dev.wherry.model.schema.FieldInfo;
import dev.wherry.model.schema.FieldType;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Types of the built-in kinds, made of the schema when first asked for (kube-openapi schemaconv).
 * Owned by no thread: types are made under a lock and read without.
 */
public final class BuiltInMergeTypes implements MergeTypes {
  private static final Set<String> RAW_EXTENSIONS =
      Set.of(
          "apps.v1.ControllerRevision.data",
          "meta.v1.WatchEvent.object",
          "resource.v1.AllocatedDeviceStatus.data",
          "resource.v1.OpaqueDeviceConfiguration.parameters");

  private final Schema schema;
  private final Map<String, MergeType> structs = new HashMap<>();
  private final Map<String, MergeType> kinds = new ConcurrentHashMap<>();

  public BuiltInMergeTypes(Schema schema) {
    this.schema = schema;
  }

  @Override
  public MergeType of(KindInfo kind) {
    String name = kind.apiVersion() + "/" + kind.kind();
    MergeType known = kinds.get(name);
    if (known == null) {
      known = schema.ofKind(kind).map(this::made).orElse(MergeType.DEDUCED);
      kinds.put(name, known);
    }
    return known;
  }

  /** The type by its name in the schema, such as {@code meta.v1.ObjectMeta}. */
  public Optional<MergeType> named(String name) {
    return schema.type(name).map(this::made);
  }

  private synchronized MergeType made(ObjectType type) {
    return struct(type);
  }

  private MergeType struct(ObjectType type) {
    MergeType known = structs.get(type.name());
    if (known != null) {
      return known;
    }
    boolean free = type.fields().isEmpty();
    MergeType struct =
        MergeType.struct(
            type.structType().equals("atomic") ? Relation.ATOMIC : Relation.GRANULAR,
            free ? MergeType.DEDUCED : MergeType.UNDECLARED);
    structs.put(type.name(), struct);
    for (FieldInfo field : type.fields().values()) {
      struct.declare(
          field.name(), new Field(type(type, field), defaultOf(field), absent(type, field)));
    }
    return struct;
  }

  private MergeType type(ObjectType owner, FieldInfo field) {
    MergeType type =
        field.type() == FieldType.Scalar.JSON
            ? RAW_EXTENSIONS.contains(owner.name() + "." + field.name())
                ? MergeType.ATOMIC
                : MergeType.DEDUCED
            : field.type() instanceof FieldType.ListOf(FieldType item)
                ? list(field, plain(item))
                : plain(field.type());
    return switch (field.structType()) {
      case "atomic" -> type.related(Relation.ATOMIC);
      case "granular" -> type.related(Relation.GRANULAR);
      default -> type;
    };
  }

  private static MergeType list(FieldInfo field, MergeType item) {
    return switch (field.listType()) {
      case "atomic" -> MergeType.list(Relation.ATOMIC, List.of(), item);
      case "set" -> MergeType.list(Relation.GRANULAR, List.of(), item);
      case "map" -> MergeType.list(Relation.GRANULAR, field.listMapKeys(), item);
      default -> {
        boolean merges =
            field.patchStrategy().equals("merge")
                || field.patchStrategy().equals("merge,retainKeys");
        List<String> keys = field.mergeKey().isEmpty() ? List.of() : List.of(field.mergeKey());
        yield MergeType.list(
            merges ? Relation.GRANULAR : Relation.ATOMIC, merges ? keys : List.of(), item);
      }
    };
  }

  private MergeType plain(FieldType type) {
    return switch (type) {
      case FieldType.Scalar scalar ->
          switch (scalar) {
            case STRING, BYTES -> MergeType.STRING;
            case INT32, INT64, DOUBLE -> MergeType.NUMERIC;
            case BOOLEAN -> MergeType.BOOLEAN;
            case TIME, MICRO_TIME, QUANTITY, INT_OR_STRING -> MergeType.ANY_SCALAR;
            case JSON -> MergeType.DEDUCED;
          };
      case FieldType.Ref(String name) ->
          schema.type(name).map(this::struct).orElse(MergeType.DEDUCED);
      case FieldType.ListOf(FieldType item) ->
          MergeType.list(Relation.ATOMIC, List.of(), plain(item));
      case FieldType.MapOf(FieldType value) -> MergeType.map(Relation.GRANULAR, plain(value));
    };
  }

  private static JsonNode defaultOf(FieldInfo field) {
    return field.defaultJson().isEmpty()
        ? MissingNode.getInstance()
        : Json.parse(field.defaultJson());
  }

  /** Structures that are no pointers in Go are always there; so are required lists and maps. */
  private static JsonNode absent(ObjectType owner, FieldInfo field) {
    return switch (field.type()) {
      case FieldType.Ref ignored when Schema.isAlwaysWritten(owner, field) -> Json.object();
      case FieldType.ListOf ignored when field.required() -> NullNode.getInstance();
      case FieldType.MapOf ignored when field.required() -> NullNode.getInstance();
      default -> MissingNode.getInstance();
    };
  }
}
