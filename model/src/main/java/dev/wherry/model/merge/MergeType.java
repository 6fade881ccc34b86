package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What structured merge has to know of a value's type: whether it may be a scalar, a list or a map,
 * and how lists and maps merge (structured-merge-diff schema). Immutable once it is shared; {@link
 * BuiltInMergeTypes} and {@link OpenApiMergeTypes} make them.
 */
public final class MergeType {
  /** Scalars that a value may be. */
  public enum Scalar {
    NONE,
    NUMERIC,
    STRING,
    BOOLEAN,
    UNTYPED
  }

  /** How the elements of a list or map belong together. */
  public enum Relation {
    /** The value is no list, or no map. */
    NONE,
    /** One owner has the whole. */
    ATOMIC,
    /** Each element has owners of its own. */
    GRANULAR
  }

  /** What a value really is, of all that its type allows. */
  enum Form {
    SCALAR,
    LIST,
    MAP,
    INVALID
  }

  /**
   * A declared field.
   *
   * @param defaultValue missing where none is declared; it counts in the keys of list elements
   * @param whenAbsent what Go's encoder writes for a field that is not set: an empty object, null,
   *     or missing
   */
  public record Field(MergeType type, JsonNode defaultValue, JsonNode whenAbsent) {
    static Field of(MergeType type) {
      return new Field(type, MissingNode.getInstance(), MissingNode.getInstance());
    }
  }

  /** The type of what is not declared: nothing fits. */
  static final MergeType UNDECLARED = new MergeType(Scalar.NONE, Relation.NONE, Relation.NONE);

  static final MergeType STRING = scalar(Scalar.STRING);
  static final MergeType NUMERIC = scalar(Scalar.NUMERIC);
  static final MergeType BOOLEAN = scalar(Scalar.BOOLEAN);
  static final MergeType ANY_SCALAR = scalar(Scalar.UNTYPED);

  /** Anything, always as a whole. */
  static final MergeType ATOMIC = new MergeType(Scalar.UNTYPED, Relation.ATOMIC, Relation.ATOMIC);

  /** Anything: maps by key, lists as a whole. The type of what no schema describes. */
  public static final MergeType DEDUCED =
      new MergeType(Scalar.UNTYPED, Relation.ATOMIC, Relation.GRANULAR);

  static {
    ATOMIC.item = ATOMIC;
    ATOMIC.value = ATOMIC;
    DEDUCED.item = ATOMIC;
    DEDUCED.value = DEDUCED;
  }

  private final Scalar scalar;
  private final Relation list;
  private final Relation map;
  private final Map<String, Field> fields;
  private List<String> keys = List.of();
  private MergeType item = this;
  private MergeType value = this;

  private MergeType(Scalar scalar, Relation list, Relation map) {
    this(scalar, list, map, new HashMap<>());
  }

  private MergeType(Scalar scalar, Relation list, Relation map, Map<String, Field> fields) {
    this.scalar = scalar;
    this.list = list;
    this.map = map;
    this.fields = fields;
  }

  private static MergeType scalar(Scalar scalar) {
    return new MergeType(scalar, Relation.NONE, Relation.NONE);
  }

  /**
   * A list.
   *
   * @param keys of its elements where these are objects; empty for a set
   */
  static MergeType list(Relation relation, List<String> keys, MergeType item) {
    MergeType type = new MergeType(Scalar.NONE, relation, Relation.NONE);
    type.keys = List.copyOf(keys);
    type.item = item;
    return type;
  }

  /** A map of any keys. */
  static MergeType map(Relation relation, MergeType value) {
    return struct(relation, value);
  }

  /**
   * A structure whose fields are declared afterwards, so that they may lead back to it.
   *
   * @param value of undeclared keys
   */
  static MergeType struct(Relation relation, MergeType value) {
    MergeType type = new MergeType(Scalar.NONE, Relation.NONE, relation);
    type.value = value;
    return type;
  }

  /** Before the type is shared only. */
  void declare(String name, Field field) {
    fields.put(name, field);
  }

  /** One type that is scalar, list and map, each as the given types are. */
  static MergeType union(Scalar scalar, MergeType list, MergeType map) {
    MergeType type = new MergeType(scalar, list.list, map.map, map.fields);
    type.keys = list.keys;
    type.item = list.item;
    type.value = map.value;
    return type;
  }

  /** The same type with another relation between a map's or list's elements. */
  MergeType related(Relation relation) {
    MergeType type =
        new MergeType(
            scalar,
            map == Relation.NONE && list != Relation.NONE ? relation : list,
            map == Relation.NONE ? map : relation,
            fields);
    type.keys = keys;
    type.item = item;
    type.value = value;
    return type;
  }

  Scalar scalar() {
    return scalar;
  }

  boolean isAtomicList() {
    return list == Relation.ATOMIC;
  }

  boolean isAtomicMap() {
    return map == Relation.ATOMIC;
  }

  boolean isMap() {
    return map != Relation.NONE;
  }

  List<String> keys() {
    return keys;
  }

  MergeType item() {
    return item;
  }

  boolean declares(String name) {
    return fields.containsKey(name);
  }

  /** Whether the type is a map of anything: no markers are known below it. */
  boolean isFree() {
    return fields.isEmpty() && (value == DEDUCED || value == ATOMIC);
  }

  /** The type of a field or key; {@link #UNDECLARED} where there is none. */
  public MergeType field(String name) {
    Field field = fields.get(name);
    return field == null ? value : field.type();
  }

  JsonNode defaultOf(String name) {
    Field field = fields.get(name);
    return field == null ? MissingNode.getInstance() : field.defaultValue();
  }

  JsonNode whenAbsent(String name) {
    Field field = fields.get(name);
    return field == null ? MissingNode.getInstance() : field.whenAbsent();
  }

  Form form(JsonNode value) {
    if (value.isObject() && map != Relation.NONE) {
      return Form.MAP;
    }
    if (value.isArray() && list != Relation.NONE) {
      return Form.LIST;
    }
    if (isScalar(value) && scalar != Scalar.NONE) {
      return Form.SCALAR;
    }
    if (map != Relation.NONE) {
      return Form.MAP;
    }
    return scalar != Scalar.NONE ? Form.SCALAR : list != Relation.NONE ? Form.LIST : Form.INVALID;
  }

  static boolean isScalar(JsonNode value) {
    return value.isTextual() || value.isNumber() || value.isBoolean();
  }
}
