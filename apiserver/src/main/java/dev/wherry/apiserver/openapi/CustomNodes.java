package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Turns custom resources' schemas into OpenAPI definitions (apiextensions-apiserver
 * controller/openapi): with kind, version and metadata beside what was declared, and, in v2,
 * without what clients of v2 do not understand.
 */
final class CustomNodes {
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
  private static final String EMBEDDED = "x-kubernetes-embedded-resource";
  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  private static final String API_VERSION_TEXT =
      "APIVersion defines the versioned schema of this representation of an object. Servers should"
          + " convert recognized schemas to the latest internal value, and may reject unrecognized"
          + " values. More info:"
          + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
  private static final String KIND_TEXT =
      "Kind is a string value representing the REST resource this object represents. Servers may"
          + " infer this from the endpoint the client submits requests to. Cannot be updated. In"
          + " CamelCase. More info:"
          + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";
  private static final String METADATA_TEXT =
      "Standard object's metadata. More info:"
          + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
  private static final String LIST_METADATA_TEXT =
      "Standard list metadata. More info:"
          + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";

  private final Dialect dialect;

  CustomNodes(Dialect dialect) {
    this.dialect = dialect;
  }

  /** {@code com.example.v1.Widget}. */
  static String name(KindInfo kind, String simpleName) {
    List<String> labels = new ArrayList<>(List.of(kind.group().split("\\.")));
    Collections.reverse(labels);
    return String.join(".", labels) + "." + kind.version() + "." + simpleName;
  }

  /** The definition of an object. */
  ObjectNode object(KindInfo kind, JsonNode schema, List<String> selectable) {
    boolean opaque =
        schema.isEmpty() || (dialect == Dialect.V2 && schema.path(PRESERVE).asBoolean());
    ObjectNode node = opaque ? Json.object().put("type", "object") : schema.deepCopy();
    if (!opaque) {
      if (dialect == Dialect.V2) {
        simplify(node);
      }
      embedded(node);
      typeFields(node);
    }
    node.putArray(SchemaNodes.GROUP_VERSION_KIND)
        .add(SchemaNodes.groupVersionKind(kind.group(), kind.version(), kind.kind()));
    selectable(node, selectable);
    return node;
  }

  private void selectable(ObjectNode node, List<String> selectable) {
    if (!selectable.isEmpty()) {
      ArrayNode fields = node.putArray("x-kubernetes-selectable-fields");
      selectable.forEach(field -> fields.addObject().put("fieldPath", field));
    }
  }

  /** The definition of a list. */
  ObjectNode list(KindInfo kind, String listKind, List<String> selectable) {
    ObjectNode node = Json.object();
    node.put("description", listKind + " is a list of " + kind.kind()).put("type", "object");
    node.putArray("required").add("items");
    ObjectNode items = node.putObject("properties").putObject("items");
    items.put(
        "description",
        "List of "
            + kind.plural()
            + ". More info:"
            + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md");
    items
        .put("type", "array")
        .set("items", Json.object().put("$ref", dialect.reference(name(kind, kind.kind()))));
    ObjectNode properties = node.withObject("/properties");
    properties.putObject("apiVersion").put("description", API_VERSION_TEXT).put("type", "string");
    properties.putObject("kind").put("description", KIND_TEXT).put("type", "string");
    properties.set("metadata", reference(META + "ListMeta", LIST_METADATA_TEXT));
    node.putArray(SchemaNodes.GROUP_VERSION_KIND)
        .add(SchemaNodes.groupVersionKind(kind.group(), kind.version(), listKind));
    selectable(node, selectable);
    return node;
  }

  /** In v3 nothing may stand beside a reference. */
  private ObjectNode reference(String name, String description) {
    ObjectNode node = Json.object().put("description", description);
    if (dialect == Dialect.V3) {
      node.putArray("allOf").addObject().put("$ref", dialect.reference(name));
    } else {
      node.put("$ref", dialect.reference(name));
    }
    return node;
  }

  private void typeFields(ObjectNode node) {
    ObjectNode properties = node.withObject("/properties");
    properties.putObject("apiVersion").put("description", API_VERSION_TEXT).put("type", "string");
    properties.putObject("kind").put("description", KIND_TEXT).put("type", "string");
    properties.set("metadata", reference(META + "ObjectMeta", METADATA_TEXT));
  }

  private void embedded(ObjectNode node) {
    for (ObjectNode child : children(node)) {
      embedded(child);
    }
    boolean open = dialect == Dialect.V2 && node.path(PRESERVE).asBoolean();
    if (node.path(EMBEDDED).asBoolean() && !open) {
      typeFields(node);
      ArrayNode required = node.withArray("/required");
      List<String> known = new ArrayList<>();
      required.forEach(name -> known.add(name.asText()));
      for (String name : List.of("kind", "apiVersion")) {
        if (!known.contains(name)) {
          required.add(name);
        }
      }
    }
  }

  private static List<ObjectNode> children(ObjectNode node) {
    List<ObjectNode> children = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : node.path("properties").properties()) {
      if (e.getValue() instanceof ObjectNode child) {
        children.add(child);
      }
    }
    for (String field : List.of("items", "additionalProperties")) {
      if (node.get(field) instanceof ObjectNode child) {
        children.add(child);
      }
    }
    return children;
  }

  /**
   * Without junctors, defaults, nullable and the insides of what is open (openapi/v2 conversion).
   */
  private static void simplify(ObjectNode node) {
    node.remove(List.of("allOf", "anyOf", "oneOf", "not", "default"));
    boolean preserve = node.path(PRESERVE).asBoolean();
    boolean untyped = node.path("nullable").asBoolean();
    requiredWithoutNullable(node);
    if (untyped) {
      node.remove(List.of("type", "nullable"));
    }
    if (untyped || preserve) {
      node.remove(List.of("items", "properties"));
    }
    String type = node.path("type").asText();
    boolean empty = type.equals("array") && !node.has("items");
    if (empty || (preserve && type.equals("object"))) {
      node.remove("type");
    }
    children(node).forEach(CustomNodes::simplify);
  }

  private static void requiredWithoutNullable(ObjectNode node) {
    JsonNode required = node.path("required");
    if (required.isEmpty()) {
      return;
    }
    ArrayNode kept = Json.array();
    for (JsonNode name : required) {
      JsonNode property = node.path("properties").path(name.asText());
      if (!property.path("nullable").asBoolean()) {
        kept.add(name);
      }
    }
    if (kept.isEmpty()) {
      node.remove("required");
    } else {
      node.set("required", kept);
    }
  }
}
