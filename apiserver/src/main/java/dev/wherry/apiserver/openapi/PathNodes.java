package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns resources into OpenAPI paths: every operation carries its query parameters inline, as
 * kubectl looks for them.
 */
final class PathNodes {
  private static final List<String> BODY_TYPES =
      List.of("application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
  private static final List<String> CUSTOM_TYPES = BODY_TYPES.subList(0, 2);
  private static final List<String> ANY_TYPE = List.of("*/*");
  private static final List<String> WATCH_TYPES =
      List.of("application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch");
  private static final Map<String, String> TEXTS =
      Map.of("200", "OK", "201", "Created", "202", "Accepted");
  private static final List<String> PATCH_TYPES =
      List.of(
          "application/json-patch+json",
          "application/merge-patch+json",
          "application/strategic-merge-patch+json",
          "application/apply-patch+yaml");
  private static final String STRATEGIC = "application/strategic-merge-patch+json";

  private final Schema schema;
  private final CustomSchemas custom;
  private final Dialect dialect;

  PathNodes(Schema schema, CustomSchemas custom, Dialect dialect) {
    this.custom = custom;
    this.schema = schema;
    this.dialect = dialect;
  }

  /** One operation to describe. */
  private record Call(
      String action,
      String method,
      OperationName name,
      String group,
      String version,
      String kind,
      boolean custom,
      boolean ofCustom) {
    /** Whether a body may come with it. */
    boolean hasBody() {
      return !action.equals("connect") && !(ofCustom && action.equals("deletecollection"));
    }
  }

  SortedMap<String, ObjectNode> of(ResourceInfo resource) {
    SortedMap<String, ObjectNode> paths = new TreeMap<>();
    String base =
        resource.kind().group().isEmpty()
            ? "/api/" + resource.kind().version()
            : "/apis/" + resource.kind().group() + "/" + resource.kind().version();
    String collection =
        base
            + (resource.kind().namespaced() ? "/namespaces/{namespace}/" : "/")
            + resource.kind().plural();
    collection(resource, collection, paths);
    if (resource.kind().namespaced() && resource.verbs().contains("list")) {
      ObjectNode all = item(false, false);
      add(all, call(resource, "list", "get", "ForAllNamespaces"), listKind(resource));
      paths.put(base + "/" + resource.kind().plural(), all);
    }
    ObjectNode object = item(resource.kind().namespaced(), true);
    for (String verb : resource.verbs()) {
      switch (verb) {
        case "get" -> add(object, call(resource, "get", "get", ""), resource.kind().kind());
        case "update" -> add(object, call(resource, "put", "put", ""), resource.kind().kind());
        case "patch" -> add(object, call(resource, "patch", "patch", ""), resource.kind().kind());
        case "delete" -> add(object, call(resource, "delete", "delete", ""), "Status");
        default -> {}
      }
    }
    if (object.size() > 1) {
      paths.put(collection + "/{name}", object);
    }
    resource
        .subresources()
        .forEach(
            sub -> paths.put(collection + "/{name}/" + sub.name(), subresource(resource, sub)));
    return paths;
  }

  private void collection(ResourceInfo resource, String path, SortedMap<String, ObjectNode> paths) {
    ObjectNode item = item(resource.kind().namespaced(), false);
    for (String verb : resource.verbs()) {
      switch (verb) {
        case "list" -> add(item, call(resource, "list", "get", ""), listKind(resource));
        case "create" -> add(item, call(resource, "post", "post", ""), resource.kind().kind());
        case "deletecollection" ->
            add(item, call(resource, "deletecollection", "delete", ""), "Status");
        default -> {}
      }
    }
    if (item.size() > 1 || !resource.kind().namespaced()) {
      paths.put(path, item);
    }
  }

  private ObjectNode subresource(ResourceInfo resource, ResourceInfo.Subresource sub) {
    ObjectNode item = item(resource.kind().namespaced(), true);
    for (String verb : sub.verbs()) {
      String method =
          switch (verb) {
            case "create" -> "post";
            case "update" -> "put";
            case "patch" -> "patch";
            case "delete" -> "delete";
            default -> "get";
          };
      String action = sub.body().kind().endsWith("Options") ? "connect" : method;
      OperationName name =
          OperationName.of(resource.kind(), action, method, OperationName.capital(sub.name()));
      add(
          item,
          new Call(
              action,
              method,
              name,
              sub.body().group(),
              sub.body().version(),
              sub.body().kind(),
              resource.isCustom() && !sub.name().equals("scale"),
              resource.isCustom()),
          sub.body().kind());
    }
    return item;
  }

  private static Call call(ResourceInfo r, String action, String method, String suffix) {
    KindInfo kind = r.kind();
    return new Call(
        action,
        method,
        OperationName.of(kind, action, method, suffix),
        kind.group(),
        kind.version(),
        kind.kind(),
        r.isCustom(),
        r.isCustom());
  }

  private String listKind(ResourceInfo resource) {
    return resource.isCustom() ? custom.listKind(resource.kind()) : resource.kind().kind() + "List";
  }

  /** A path item with the parameters of its path. */
  private ObjectNode item(boolean namespaced, boolean named) {
    ObjectNode item = Json.object();
    ArrayNode parameters = Json.array();
    if (named) {
      parameters.add(parameter("name", "path", "string", "name of the object"));
    }
    if (namespaced) {
      parameters.add(parameter("namespace", "path", "string", "namespace of the object"));
    }
    parameters.add(parameter("pretty", "query", "string", "If 'true', the output is indented."));
    item.set("parameters", parameters);
    return item;
  }

  private ObjectNode parameter(String name, String in, String type, String description) {
    ObjectNode node = Json.object().put("name", name).put("in", in).put("description", description);
    if (in.equals("path")) {
      node.put("required", true);
    }
    node.put("uniqueItems", true);
    if (dialect == Dialect.V3) {
      node.remove("uniqueItems");
      node.putObject("schema").put("type", type).put("uniqueItems", true);
    } else {
      node.put("type", type);
    }
    return node;
  }

  private void add(ObjectNode item, Call call, String answerKind) {
    ObjectNode operation = Json.object();
    operation.put("description", call.action() + " " + call.kind());
    operation.putArray("tags").add(call.name().tag());
    operation.put("operationId", call.name().id());
    ArrayNode parameters = Json.array();
    for (QueryParameters.Parameter p : QueryParameters.of(call.action())) {
      parameters.add(parameter(p.name(), "query", p.type(), p.description()));
    }
    boolean connect = call.action().equals("connect");
    if (call.hasBody()) {
      body(call, operation, parameters);
    }
    if (!parameters.isEmpty()) {
      operation.set("parameters", parameters);
    }
    if (dialect == Dialect.V2 && !operation.has("consumes")) {
      bodyTypes(call).forEach(operation.putArray("consumes")::add);
    }
    responses(call, connect ? "" : answerKind, operation);
    operation.put("x-kubernetes-action", call.action());
    operation.set(
        SchemaNodes.GROUP_VERSION_KIND,
        SchemaNodes.groupVersionKind(call.group(), call.version(), call.kind()));
    item.set(call.method(), operation);
  }

  private void body(Call call, ObjectNode operation, ArrayNode parameters) {
    switch (call.method()) {
      case "post", "put" ->
          body(operation, parameters, reference(call, call.kind()), bodyTypes(call), true);
      case "patch" -> {
        List<String> types =
            builtIn(call) && !call.ofCustom()
                ? PATCH_TYPES
                : PATCH_TYPES.stream().filter(t -> !t.equals(STRATEGIC)).toList();
        body(
            operation,
            parameters,
            Json.object().put("$ref", dialect.reference(SchemaNodes.PATCH)),
            types,
            true);
      }
      case "delete" ->
          body(
              operation,
              parameters,
              Json.object()
                  .put(
                      "$ref",
                      dialect.reference("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions")),
              bodyTypes(call),
              false);
      default -> {}
    }
  }

  /** Nobody but JSON and YAML knows custom resources. */
  private static List<String> bodyTypes(Call call) {
    return call.ofCustom() ? CUSTOM_TYPES : ANY_TYPE;
  }

  private static List<String> answerTypes(Call call) {
    if (call.ofCustom()) {
      return CUSTOM_TYPES;
    }
    if (call.action().equals("connect")) {
      return ANY_TYPE;
    }
    List<String> types = new ArrayList<>(BODY_TYPES);
    if (call.action().equals("list")) {
      types.addAll(WATCH_TYPES);
    }
    return types;
  }

  private void body(
      ObjectNode operation,
      ArrayNode parameters,
      ObjectNode schemaNode,
      List<String> types,
      boolean required) {
    if (dialect == Dialect.V2) {
      types.forEach(operation.putArray("consumes")::add);
      ObjectNode parameter = parameters.addObject().put("name", "body").put("in", "body");
      if (required) {
        parameter.put("required", true);
      }
      parameter.set("schema", schemaNode);
      return;
    }
    ObjectNode body = operation.putObject("requestBody");
    ObjectNode content = body.putObject("content");
    types.stream()
        .sorted()
        .forEach(type -> content.putObject(type).set("schema", schemaNode.deepCopy()));
    if (required) {
      body.put("required", true);
    }
  }

  private void responses(Call call, String answerKind, ObjectNode operation) {
    if (dialect == Dialect.V2) {
      ArrayNode produces = operation.putArray("produces");
      answerTypes(call).forEach(produces::add);
    }
    ObjectNode responses = operation.putObject("responses");
    for (String code : codes(call, answerKind)) {
      ObjectNode response = responses.putObject(code).put("description", TEXTS.get(code));
      if (answerKind.isEmpty()) {
        continue;
      }
      ObjectNode reference = reference(call, answerKind);
      if (dialect == Dialect.V2) {
        response.set("schema", reference);
      } else {
        ObjectNode content = response.putObject("content");
        answerTypes(call)
            .forEach(type -> content.putObject(type).set("schema", reference.deepCopy()));
      }
    }
    responses.putObject("401").put("description", "Unauthorized");
  }

  private static List<String> codes(Call call, String answerKind) {
    if (answerKind.isEmpty()) {
      return List.of("200");
    }
    return switch (call.action()) {
      case "post" -> List.of("200", "201", "202");
      case "put" -> List.of("200", "201");
      case "patch" -> call.ofCustom() ? List.of("200") : List.of("200", "201");
      case "delete" -> List.of("200", "202");
      default -> List.of("200");
    };
  }

  private boolean builtIn(Call call) {
    return schema.ofKind(call.group(), call.version(), call.kind()).isPresent();
  }

  private ObjectNode reference(Call call, String kind) {
    if (call.custom() && !kind.equals("Status")) {
      KindInfo owner = new KindInfo(call.group(), call.version(), call.kind(), "", true);
      return Json.object().put("$ref", dialect.reference(CustomNodes.name(owner, kind)));
    }
    Optional<ObjectType> type =
        kind.equals("Status")
            ? schema.type("meta.v1.Status")
            : schema.ofKind(call.group(), call.version(), kind);
    return type.map(t -> Json.object().put("$ref", dialect.reference(t.openApiName())))
        .orElseGet(() -> Json.object().put("type", "object"));
  }
}
