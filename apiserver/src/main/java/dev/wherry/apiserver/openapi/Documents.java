package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedGroup;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedVersion;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Writes whole documents part by part; nothing larger than one path or definition is ever a tree.
 */
final class Documents {
  private static final String TITLE = "Kubernetes";

  private final ApiCatalog catalog;
  private final Schema schema;
  private final CustomSchemas custom;
  private final ForeignDocuments foreign;
  private final String version;
  private final Map<String, Map<String, String>> descriptions = Schema.descriptions();

  Documents(
      ApiCatalog catalog,
      Schema schema,
      CustomSchemas custom,
      ForeignDocuments foreign,
      String version) {
    this.foreign = foreign;
    this.custom = custom;
    this.catalog = catalog;
    this.schema = schema;
    this.version = version;
  }

  /** The compressed v3 document of one group-version. */
  byte[] v3(ServedGroup group, ServedVersion served) {
    return Gzip.compress(out -> {
      try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
        json.writeStartObject();
        json.writeStringField("openapi", "3.0.0");
        info(json);
        json.writeObjectFieldStart("paths");
        paths(served.resources(), Dialect.V3, (name, node) -> part(json, name, node));
        json.writeEndObject();
        json.writeObjectFieldStart("components");
        json.writeObjectFieldStart("schemas");
        definitions(served.resources(), Dialect.V3, (name, node) -> part(json, name, node));
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
      }
    });
  }

  /** The compressed v2 document of everything, in JSON or in protobuf. */
  byte[] v2(boolean asJson) {
    List<ResourceInfo> all = new ArrayList<>();
    for (ServedGroup group : catalog.groups()) {
      group.versions().forEach(v -> all.addAll(v.resources()));
    }
    return Gzip.compress(out -> {
      if (asJson) {
        v2Json(all, out);
      } else {
        out.write(GnosticV2.head(TITLE, version));
        merged(
            "paths",
            sink -> paths(all, Dialect.V2, sink),
            (name, node) -> out.write(GnosticV2.path(name, node)));
        merged(
            "definitions",
            sink -> definitions(all, Dialect.V2, sink),
            (name, node) -> out.write(GnosticV2.definition(name, node)));
      }
    });
  }

  private void v2Json(List<ResourceInfo> all, OutputStream out) throws IOException {
    try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("swagger", "2.0");
      info(json);
      json.writeObjectFieldStart("paths");
      merged("paths", sink -> paths(all, Dialect.V2, sink), (name, node) -> part(json, name, node));
      json.writeEndObject();
      json.writeObjectFieldStart("definitions");
      merged(
          "definitions",
          sink -> definitions(all, Dialect.V2, sink),
          (name, node) -> part(json, name, node));
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  private void info(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("info");
    json.writeStringField("title", TITLE);
    json.writeStringField("version", version);
    json.writeEndObject();
  }

  /** Takes one named part of a document. */
  @FunctionalInterface
  private interface Sink {
    void accept(String name, ObjectNode node) throws IOException;
  }

  /** Writes parts into a sink. */
  @FunctionalInterface
  private interface Parts {
    void into(Sink sink) throws IOException;
  }

  /** Our own parts, then those of other servers; of two with one name the first stays. */
  private void merged(String field, Parts own, Sink sink) throws IOException {
    Set<String> names = new HashSet<>();
    own.into((name, node) -> {
      names.add(name);
      sink.accept(name, node);
    });
    for (ObjectNode document : foreign.v2()) {
      for (Map.Entry<String, JsonNode> part : document.path(field).properties()) {
        if (part.getValue() instanceof ObjectNode node && names.add(part.getKey())) {
          sink.accept(part.getKey(), node);
        }
      }
    }
  }

  private static void part(JsonGenerator json, String name, ObjectNode node) throws IOException {
    json.writeFieldName(name);
    Json.write(node, json);
  }

  private void paths(Collection<ResourceInfo> resources, Dialect dialect, Sink sink)
      throws IOException {
    PathNodes paths = new PathNodes(schema, custom, dialect);
    for (ResourceInfo resource : resources) {
      for (Map.Entry<String, ObjectNode> path : paths.of(resource).entrySet()) {
        sink.accept(path.getKey(), path.getValue());
      }
    }
  }

  private List<String> roots(Collection<ResourceInfo> resources) {
    List<String> roots = new ArrayList<>(List.of("meta.v1.DeleteOptions", "meta.v1.Status"));
    if (resources.stream().anyMatch(ResourceInfo::isCustom)) {
      roots.add("meta.v1.ObjectMeta");
      roots.add("meta.v1.ListMeta");
    }
    for (ResourceInfo r : resources) {
      add(roots, r.kind().group(), r.kind().version(), r.kind().kind());
      add(roots, r.kind().group(), r.kind().version(), r.kind().kind() + "List");
      for (ResourceInfo.Subresource sub : r.subresources()) {
        add(roots, sub.body().group(), sub.body().version(), sub.body().kind());
      }
    }
    return roots;
  }

  private void add(List<String> roots, String group, String version, String kind) {
    schema.ofKind(group, version, kind).map(ObjectType::name).ifPresent(roots::add);
  }

  private void definitions(Collection<ResourceInfo> resources, Dialect dialect, Sink sink)
      throws IOException {
    List<String> roots = roots(resources);
    SchemaNodes nodes = new SchemaNodes(schema, descriptions, groups(), dialect);
    for (String name : nodes.closure(roots)) {
      ObjectType type = schema.type(name).orElseThrow();
      sink.accept(type.openApiName(), nodes.type(type));
    }
    CustomNodes customNodes = new CustomNodes(dialect);
    for (ResourceInfo resource : resources) {
      if (resource.isCustom()) {
        KindInfo kind = resource.kind();
        String listKind = custom.listKind(kind);
        sink.accept(
            CustomNodes.name(kind, kind.kind()),
            customNodes.object(kind, custom.schema(kind), resource.selectable()));
        sink.accept(
            CustomNodes.name(kind, listKind),
            customNodes.list(kind, listKind, resource.selectable()));
      }
    }
    SortedMap<String, ObjectNode> common = nodes.common();
    for (Map.Entry<String, ObjectNode> definition : common.entrySet()) {
      sink.accept(definition.getKey(), definition.getValue());
    }
  }

  private Map<String, String> groups() {
    Map<String, String> groups = new HashMap<>();
    for (ServedGroup group : catalog.groups()) {
      int dot = group.name().indexOf('.');
      String label =
          group.name().isEmpty() ? "core" : dot < 0 ? group.name() : group.name().substring(0, dot);
      group.versions().forEach(v -> groups.put(label + "." + v.version(), group.name()));
    }
    return groups;
  }
}
