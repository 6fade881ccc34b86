package dev.wherry.cli.client.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * All resources of a server, by aggregated discovery (KEP-3352): groups in the server's order, each
 * with its preferred version first. Kept on disk for a while and asked anew for a name that is not
 * in it.
 */
public final class Discovery {
  private static final String ACCEPT =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

  private final Api api;
  private final DiscoveryFile file;
  private List<ResourceType> types;
  private boolean fresh;

  public Discovery(Api api, DiscoveryFile file) {
    this.api = api;
    this.file = file;
    this.types = file.read().map(Discovery::decode).orElseGet(List::of);
  }

  /** In the order of groups and versions, all versions included. */
  public List<ResourceType> all() {
    if (types.isEmpty()) {
      refresh();
    }
    return types;
  }

  /** As {@link #all}, asked of the server now. */
  public List<ResourceType> current() {
    if (!fresh) {
      refresh();
    }
    return types;
  }

  /** Each resource of a group once, in its preferred version. */
  public static List<ResourceType> preferred(List<ResourceType> types) {
    Set<String> seen = new HashSet<>();
    return types.stream().filter(type -> seen.add(type.resource())).toList();
  }

  private void refresh() {
    byte[] core = api.send("GET", "/api", ACCEPT, "", new byte[0]);
    byte[] groups = api.send("GET", "/apis", ACCEPT, "", new byte[0]);
    var both = Json.array().add(Json.parse(core)).add(Json.parse(groups));
    types = decode(both);
    fresh = true;
    file.write(both);
  }

  private static List<ResourceType> decode(JsonNode documents) {
    List<ResourceType> types = new ArrayList<>();
    for (JsonNode document : documents) {
      for (JsonNode group : document.path("items")) {
        String name = group.path("metadata").path("name").asText("");
        for (JsonNode version : group.path("versions")) {
          for (JsonNode resource : version.path("resources")) {
            types.add(type(name, version.path("version").asText(), resource));
          }
        }
      }
    }
    return types;
  }

  private static ResourceType type(String group, String version, JsonNode resource) {
    JsonNode kind = resource.path("responseKind");
    return new ResourceType(
        group,
        version,
        kind.path("kind").asText(""),
        resource.path("resource").asText(),
        resource.path("singularResource").asText(""),
        texts(resource.path("shortNames")),
        texts(resource.path("categories")),
        texts(resource.path("verbs")),
        resource.path("scope").asText().equals("Namespaced"),
        subresources(resource.path("subresources")));
  }

  private static List<String> subresources(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(one -> names.add(one.path("subresource").asText()));
    return names;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /**
   * The resource that a word means: {@code pods}, {@code po}, {@code Pod}, {@code
   * deployments.apps}, {@code deployments.v1.apps}.
   *
   * @throws ClientException when there is none
   */
  public ResourceType resolve(String word) {
    return find(all(), word)
        .or(() -> fresh ? Optional.empty() : find(current(), word))
        .orElseThrow(() -> unknown(word));
  }

  private static ClientException unknown(String word) {
    int dot = word.indexOf('.');
    String name = dot < 0 ? word : word.substring(0, dot);
    return ClientException.error("the server doesn't have a resource type \"" + name + "\"");
  }

  private static Optional<ResourceType> find(List<ResourceType> types, String word) {
    int dot = word.indexOf('.');
    String name = (dot < 0 ? word : word.substring(0, dot)).toLowerCase(Locale.ROOT);
    String rest = dot < 0 ? "" : word.substring(dot + 1);
    int next = rest.indexOf('.');
    String version = next < 0 ? rest : rest.substring(0, next);
    String group = next < 0 ? "" : rest.substring(next + 1);
    Optional<ResourceType> versioned =
        rest.isEmpty()
            ? Optional.empty()
            : types.stream()
                .filter(t -> t.version().equals(version) && t.group().equals(group))
                .filter(t -> names(t, name))
                .findFirst();
    return versioned.or(() ->
        byName(
            types.stream().filter(t -> rest.isEmpty() || t.group().startsWith(rest)).toList(),
            name));
  }

  private static Optional<ResourceType> byName(List<ResourceType> types, String name) {
    return types.stream()
        .filter(t -> t.plural().equals(name) || t.singular().equals(name))
        .findFirst()
        .or(() -> types.stream().filter(t -> t.shortNames().contains(name)).findFirst())
        .or(() -> types.stream().filter(t -> names(t, name)).findFirst());
  }

  private static boolean names(ResourceType type, String name) {
    return type.plural().equals(name)
        || type.singular().equals(name)
        || type.shortNames().contains(name)
        || type.kind().toLowerCase(Locale.ROOT).equals(name);
  }

  /** The resources of a category such as {@code all}; none when there is no such category. */
  public List<ResourceType> category(String word) {
    return preferred(all()).stream().filter(t -> t.categories().contains(word)).toList();
  }

  /** The resource of a manifest's kind. */
  public Optional<ResourceType> ofKind(String apiVersion, String kind) {
    return ofKind(all(), apiVersion, kind)
        .or(() -> fresh ? Optional.empty() : ofKind(current(), apiVersion, kind));
  }

  private static Optional<ResourceType> ofKind(
      List<ResourceType> types, String apiVersion, String kind) {
    return types.stream()
        .filter(t -> t.kind().equals(kind) && t.apiVersion().equals(apiVersion))
        .findFirst();
  }
}
