package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server said that it serves in a group-version.
 *
 * @param hash of its OpenAPI v3 document, as it gave it; "" for none
 * @param v3 the document; empty for none
 * @param v2 the document of all of its paths; empty for none
 */
record Offer(List<ResourceInfo> resources, String hash, byte[] v3, byte[] v2) {
  /** Resources of one group-version; what else a server says is left out. */
  static final int RESOURCES_MAX = 1_000;

  private static final byte[] NOTHING = new byte[0];

  Offer {
    resources = List.copyOf(resources);
  }

  static Offer of(List<ResourceInfo> resources) {
    return new Offer(resources, "", NOTHING, NOTHING);
  }

  /** The same resources with documents. */
  Offer documented(String newHash, byte[] newV3, byte[] newV2) {
    return new Offer(resources, newHash, newV3, newV2);
  }

  /** Reads an APIResourceList. */
  static List<ResourceInfo> resources(ApiService service, JsonNode list) {
    Map<String, JsonNode> plain = new LinkedHashMap<>();
    Map<String, List<ResourceInfo.Subresource>> parts = new LinkedHashMap<>();
    for (JsonNode each : list.path("resources")) {
      String name = Trees.text(each, "name");
      int slash = name.indexOf('/');
      if (slash < 0 && plain.size() < RESOURCES_MAX) {
        plain.put(name, each);
      } else if (slash > 0) {
        parts
            .computeIfAbsent(name.substring(0, slash), n -> new ArrayList<>())
            .add(
                new ResourceInfo.Subresource(
                    name.substring(slash + 1),
                    kind(service, each, name),
                    Trees.texts(each, "verbs")));
      }
    }
    List<ResourceInfo> resources = new ArrayList<>();
    plain.forEach((name, each) ->
        resources.add(
            new ResourceInfo(
                kind(service, each, name),
                Trees.text(each, "singularName"),
                Trees.texts(each, "shortNames"),
                Trees.texts(each, "categories"),
                Trees.texts(each, "verbs"),
                parts.getOrDefault(name, List.of()))));
    return resources;
  }

  private static KindInfo kind(ApiService service, JsonNode each, String plural) {
    String version = Trees.text(each, "version");
    return new KindInfo(
        version.isEmpty() ? service.group() : Trees.text(each, "group"),
        version.isEmpty() ? service.version() : version,
        Trees.text(each, "kind"),
        plural,
        each.path("namespaced").asBoolean());
  }

  /** What of a v2 document belongs to the group-version: its paths, and all definitions. */
  static ObjectNode ownPaths(ApiService service, ObjectNode document) {
    ObjectNode own = Json.object();
    ObjectNode paths = own.putObject("paths");
    document
        .path("paths")
        .properties()
        .forEach(path -> {
          if (path.getKey().equals(service.path() + "/")
              || path.getKey().startsWith(service.path() + "/")) {
            paths.set(path.getKey(), path.getValue());
          }
        });
    own.set("definitions", document.path("definitions"));
    return own;
  }
}
