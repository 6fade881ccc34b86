package dev.wherry.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedGroup;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedVersion;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import java.util.Comparator;
import java.util.List;

/** The APIGroupDiscoveryList of /api (the core group alone) and of /apis (all others). */
final class AggregatedDocument {
  private AggregatedDocument() {}

  /** The list of {@code groups}, in apidiscovery.k8s.io of {@code version}. */
  static ObjectNode of(List<ServedGroup> groups, String version) {
    ObjectNode document =
        Json.object()
            .put("kind", "APIGroupDiscoveryList")
            .put("apiVersion", "apidiscovery.k8s.io/" + version);
    document.putObject("metadata");
    ArrayNode items = document.putArray("items");
    for (ServedGroup group : groups) {
      ObjectNode item = items.addObject();
      ObjectNode metadata = item.putObject("metadata");
      if (!group.name().isEmpty()) {
        metadata.put("name", group.name());
      }
      metadata.putNull("creationTimestamp");
      ArrayNode versions = item.putArray("versions");
      group.versions().forEach(v -> versions.add(version(v)));
    }
    return document;
  }

  private static ObjectNode version(ServedVersion version) {
    ObjectNode node = Json.object().put("version", version.version());
    ArrayNode resources = node.putArray("resources");
    version.resources().stream()
        .sorted(Comparator.comparing(r -> r.kind().plural()))
        .forEach(r -> resources.add(resource(r)));
    return node.put("freshness", version.stale() ? "Stale" : "Current");
  }

  private static ObjectNode resource(ResourceInfo resource) {
    ObjectNode node = Json.object().put("resource", resource.kind().plural());
    responseKind(node, resource.kind().group(), resource.kind().version(), resource.kind().kind());
    node.put("scope", resource.kind().namespaced() ? "Namespaced" : "Cluster")
        .put("singularResource", resource.singular());
    LegacyDocuments.texts(node, "verbs", resource.verbs());
    if (!resource.shortNames().isEmpty()) {
      LegacyDocuments.texts(node, "shortNames", resource.shortNames());
    }
    if (!resource.categories().isEmpty()) {
      LegacyDocuments.texts(node, "categories", resource.categories());
    }
    if (!resource.subresources().isEmpty()) {
      ArrayNode subresources = node.putArray("subresources");
      for (ResourceInfo.Subresource subresource : resource.subresources()) {
        ObjectNode sub = subresources.addObject().put("subresource", subresource.name());
        responseKind(
            sub,
            subresource.body().group(),
            subresource.body().version(),
            subresource.body().kind());
        LegacyDocuments.texts(sub, "verbs", subresource.verbs());
      }
    }
    return node;
  }

  private static void responseKind(ObjectNode node, String group, String version, String kind) {
    node.putObject("responseKind").put("group", group).put("version", version).put("kind", kind);
  }
}
