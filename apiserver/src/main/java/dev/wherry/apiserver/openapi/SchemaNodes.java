package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.FieldInfo;
import dev.wherry.model.schema.FieldType;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Turns types into OpenAPI schemas. */
final class SchemaNodes {
  static final String GROUP_VERSION_KIND = "x-kubernetes-group-version-kind";
  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  static final String TIME = META + "Time";
  static final String MICRO_TIME = META + "MicroTime";
  static final String PATCH = META + "Patch";
  static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
  static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

  private final Schema schema;
  private final Set<String> referenced = new HashSet<>();
  private final Map<String, Map<String, String>> descriptions;
  private final Map<String, String> groups;
  private final Dialect dialect;

  /**
   * Nodes in one dialect.
   *
   * @param groups group names by the first two labels of a type's name ({@code apps.v1}), for
   *     group-version-kinds
   */
  SchemaNodes(
      Schema schema,
      Map<String, Map<String, String>> descriptions,
      Map<String, String> groups,
      Dialect dialect) {
    this.schema = schema;
    this.descriptions = descriptions;
    this.groups = groups;
    this.dialect = dialect;
  }

  /** The types that {@code roots} hold, themselves included. */
  SortedSet<String> closure(Collection<String> roots) {
    SortedSet<String> found = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      String name = open.pop();
      if (schema.type(name).isPresent() && found.add(name)) {
        schema.type(name).get().fields().values().forEach(f -> references(f.type(), open));
      }
    }
    return found;
  }

  private static void references(FieldType type, Deque<String> open) {
    switch (type) {
      case FieldType.Scalar ignored -> {}
      case FieldType.Ref(String name) -> open.push(name);
      case FieldType.ListOf(FieldType item) -> references(item, open);
      case FieldType.MapOf(FieldType value) -> references(value, open);
    }
  }

  /** What the types that were written refer to and that is no type of its own, by OpenAPI name. */
  SortedMap<String, ObjectNode> common() {
    SortedMap<String, ObjectNode> common = OpenTypes.definitions();
    common.put(TIME, text("date-time").put("description", "A time in RFC 3339, whole seconds."));
    common.put(
        MICRO_TIME, text("date-time").put("description", "A time in RFC 3339 with microseconds."));
    common.put(
        PATCH,
        Json.object()
            .put("description", "A patch in the format its Content-Type names.")
            .put("type", "object"));
    ObjectNode quantity =
        Json.object()
            .put(
                "description",
                "A fixed-point number with an optional suffix, such as 500m or 1Gi.");
    ObjectNode either =
        Json.object().put("description", "An integer or a text, such as 80 or 25%.");
    if (dialect == Dialect.V3) {
      quantity
          .putArray("oneOf")
          .add(Json.object().put("type", "string"))
          .add(Json.object().put("type", "number"));
      either.put("format", "int-or-string");
      either
          .putArray("oneOf")
          .add(Json.object().put("type", "integer"))
          .add(Json.object().put("type", "string"));
    } else {
      quantity.put("type", "string");
      either.put("type", "string").put("format", "int-or-string");
    }
    common.put(QUANTITY, quantity);
    common.put(INT_OR_STRING, either);
    common.keySet().removeIf(name -> !name.equals(PATCH) && !referenced.contains(name));
    return common;
  }

  private static ObjectNode text(String format) {
    return Json.object().put("type", "string").put("format", format);
  }

  ObjectNode type(ObjectType type) {
    Map<String, String> texts = descriptions.getOrDefault(type.name(), Map.of());
    ObjectNode node = Json.object();
    if (texts.containsKey("")) {
      node.put("description", texts.get(""));
    }
    node.put("type", "object");
    List<String> required =
        type.fields().values().stream().filter(FieldInfo::required).map(FieldInfo::name).toList();
    if (!required.isEmpty()) {
      required.forEach(node.putArray("required")::add);
    }
    ObjectNode properties = node.putObject("properties");
    type.fields()
        .values()
        .forEach(f -> properties.set(f.name(), field(type, f, texts.getOrDefault(f.name(), ""))));
    put(node, "x-kubernetes-map-type", type.structType());
    kinds(type, node);
    return node;
  }

  private void kinds(ObjectType type, ObjectNode node) {
    boolean isKind = type.fields().containsKey("apiVersion") && type.fields().containsKey("kind");
    boolean isObject =
        type.fields().containsKey("metadata") || type.simpleName().endsWith("Options");
    String prefix = type.name().substring(0, type.name().lastIndexOf('.'));
    String group = prefix.equals("meta.v1") ? "" : groups.get(prefix);
    if (isKind && isObject && group != null) {
      String version = prefix.substring(prefix.lastIndexOf('.') + 1);
      node.putArray(GROUP_VERSION_KIND).add(groupVersionKind(group, version, type.simpleName()));
    }
  }

  static ObjectNode groupVersionKind(String group, String version, String kind) {
    return Json.object().put("group", group).put("kind", kind).put("version", version);
  }

  private ObjectNode field(ObjectType owner, FieldInfo field, String description) {
    ObjectNode node = value(field.type(), description, OpenTypes.of(owner.name(), field.name()));
    if (!field.defaultJson().isEmpty()) {
      defaultValue(field, node);
    }
    if (!field.enumeration().isEmpty()) {
      field.enumeration().forEach(innermost(node).putArray("enum")::add);
    }
    put(node, "x-kubernetes-patch-strategy", field.patchStrategy());
    put(node, "x-kubernetes-patch-merge-key", field.mergeKey());
    put(node, "x-kubernetes-list-type", field.listType());
    put(node, "x-kubernetes-map-type", field.structType());
    if (!field.listMapKeys().isEmpty()) {
      ArrayNode keys = node.putArray("x-kubernetes-list-map-keys");
      field.listMapKeys().forEach(keys::add);
    }
    return node;
  }

  /** A list or a map names the values of its elements. */
  private static ObjectNode innermost(ObjectNode node) {
    for (String inside : List.of("items", "additionalProperties")) {
      if (node.get(inside) instanceof ObjectNode element) {
        return element;
      }
    }
    return node;
  }

  private static void defaultValue(FieldInfo field, ObjectNode node) {
    try {
      node.set("default", Json.parse(field.defaultJson()));
    } catch (DecodeException e) {
      throw new IllegalStateException(
          "default of " + field.name() + " is no JSON: " + field.defaultJson(), e);
    }
  }

  private static void put(ObjectNode node, String name, String value) {
    if (!value.isEmpty()) {
      node.put(name, value);
    }
  }

  private ObjectNode value(FieldType type, String description, String open) {
    ObjectNode node = Json.object();
    put(node, "description", description);
    switch (type) {
      case FieldType.Scalar scalar when scalar == FieldType.Scalar.JSON && !open.isEmpty() ->
          reference(open, node);
      case FieldType.Scalar scalar -> scalar(scalar, node);
      case FieldType.Ref(String name) ->
          reference(schema.type(name).map(ObjectType::openApiName).orElse(name), node);
      case FieldType.ListOf(FieldType item) ->
          node.put("type", "array").set("items", value(item, "", open));
      case FieldType.MapOf(FieldType value) ->
          node.put("type", "object").set("additionalProperties", value(value, "", open));
    }
    return node;
  }

  /** In v3 nothing may stand beside {@code $ref}, so that a described reference is wrapped. */
  private void reference(String openApiName, ObjectNode node) {
    referenced.add(openApiName);
    if (dialect == Dialect.V3 && node.has("description")) {
      node.putArray("allOf").addObject().put("$ref", dialect.reference(openApiName));
    } else {
      node.put("$ref", dialect.reference(openApiName));
    }
  }

  private void scalar(FieldType.Scalar scalar, ObjectNode node) {
    switch (scalar) {
      case STRING -> node.put("type", "string");
      case INT32 -> node.put("type", "integer").put("format", "int32");
      case INT64 -> node.put("type", "integer").put("format", "int64");
      case DOUBLE -> node.put("type", "number").put("format", "double");
      case BOOLEAN -> node.put("type", "boolean");
      case BYTES -> node.put("type", "string").put("format", "byte");
      case TIME -> reference(TIME, node);
      case MICRO_TIME -> reference(MICRO_TIME, node);
      case QUANTITY -> reference(QUANTITY, node);
      case INT_OR_STRING -> reference(INT_OR_STRING, node);
      case JSON -> node.put("x-kubernetes-preserve-unknown-fields", true);
    }
  }
}
