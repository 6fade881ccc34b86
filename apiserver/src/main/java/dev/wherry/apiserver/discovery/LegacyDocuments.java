package dev.wherry.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedGroup;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedVersion;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The unaggregated discovery documents. */
final class LegacyDocuments {
  private static final int STORAGE_HASH_BYTES = 8;

  private LegacyDocuments() {}

  /** GET /api. */
  static ObjectNode versions(String serverAddress) {
    ObjectNode document = Json.object().put("kind", "APIVersions");
    document.putArray("versions").add("v1");
    document
        .putArray("serverAddressByClientCIDRs")
        .addObject()
        .put("clientCIDR", "0.0.0.0/0")
        .put("serverAddress", serverAddress);
    return document;
  }

  /** GET /apis. */
  static ObjectNode groups(List<ServedGroup> groups) {
    ObjectNode document = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode list = document.putArray("groups");
    groups.stream()
        .filter(g -> !g.name().isEmpty())
        .forEach(g -> list.add(describe(Json.object(), g)));
    return document;
  }

  /** GET /apis/GROUP. */
  static ObjectNode group(ServedGroup group) {
    return describe(Json.object().put("kind", "APIGroup").put("apiVersion", "v1"), group);
  }

  private static ObjectNode describe(ObjectNode node, ServedGroup group) {
    node.put("name", group.name());
    ArrayNode versions = node.putArray("versions");
    group.versions().forEach(v -> versions.add(version(group, v)));
    node.set("preferredVersion", version(group, group.versions().getFirst()));
    return node;
  }

  private static ObjectNode version(ServedGroup group, ServedVersion version) {
    return Json.object()
        .put("groupVersion", groupVersion(group.name(), version.version()))
        .put("version", version.version());
  }

  private static String groupVersion(String group, String version) {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** GET /api/v1 and /apis/GROUP/VERSION. */
  static ObjectNode resources(ServedGroup group, ServedVersion version) {
    ObjectNode document =
        Json.object()
            .put("kind", "APIResourceList")
            .put("apiVersion", "v1")
            .put("groupVersion", groupVersion(group.name(), version.version()));
    Map<String, ObjectNode> byName = new TreeMap<>();
    for (ResourceInfo resource : version.resources()) {
      byName.put(resource.kind().plural(), resource(resource));
      for (ResourceInfo.Subresource subresource : resource.subresources()) {
        byName.put(
            resource.kind().plural() + "/" + subresource.name(),
            subresource(resource, subresource));
      }
    }
    document.putArray("resources").addAll(byName.values());
    return document;
  }

  private static ObjectNode resource(ResourceInfo resource) {
    ObjectNode node =
        Json.object()
            .put("name", resource.kind().plural())
            .put("singularName", resource.singular())
            .put("namespaced", resource.kind().namespaced())
            .put("kind", resource.kind().kind());
    texts(node, "verbs", resource.verbs());
    if (!resource.shortNames().isEmpty()) {
      texts(node, "shortNames", resource.shortNames());
    }
    if (!resource.categories().isEmpty()) {
      texts(node, "categories", resource.categories());
    }
    if (resource.verbs().contains("list")) {
      node.put("storageVersionHash", storageVersionHash(resource));
    }
    return node;
  }

  private static ObjectNode subresource(
      ResourceInfo resource, ResourceInfo.Subresource subresource) {
    ObjectNode node =
        Json.object()
            .put("name", resource.kind().plural() + "/" + subresource.name())
            .put("singularName", "")
            .put("namespaced", resource.kind().namespaced());
    if (!subresource.body().group().equals(resource.kind().group())
        || !subresource.body().version().equals(resource.kind().version())) {
      node.put("group", subresource.body().group()).put("version", subresource.body().version());
    }
    node.put("kind", subresource.body().kind());
    texts(node, "verbs", subresource.verbs());
    return node;
  }

  static void texts(ObjectNode node, String field, List<String> values) {
    ArrayNode array = node.putArray(field);
    values.stream().sorted(Comparator.naturalOrder()).forEach(array::add);
  }

  /** Opaque to clients: equal hashes mean the same stored form. */
  private static String storageVersionHash(ResourceInfo resource) {
    try {
      String text =
          resource.kind().group() + "/" + resource.kind().version() + "/" + resource.kind().kind();
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(Arrays.copyOf(digest, STORAGE_HASH_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
