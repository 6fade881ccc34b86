package dev.wherry.controllers.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The kinds a server has, each in its group's preferred version, custom resources included.
 *
 * @param resources in the order of the server's groups
 * @param failures groups that could not be asked, with the reason
 */
public record ApiResources(List<Resource> resources, List<String> failures) {
  /** One kind and what may be done with it. */
  public record Resource(KindInfo info, Set<String> verbs) {
    public Resource {
      verbs = Set.copyOf(verbs);
    }
  }

  public ApiResources {
    resources = List.copyOf(resources);
    failures = List.copyOf(failures);
  }

  /** Asks the server. */
  public static ApiResources discover(ApiClient client) {
    List<Resource> resources = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    add(client, "/api/v1", "", "v1", resources, failures);
    for (JsonNode group : client.raw("GET", "/apis", null).path("groups")) {
      String name = group.path("name").asText();
      String version = group.at("/preferredVersion/version").asText();
      add(client, "/apis/" + name + "/" + version, name, version, resources, failures);
    }
    return new ApiResources(resources, failures);
  }

  private static void add(
      ApiClient client,
      String path,
      String group,
      String version,
      List<Resource> resources,
      List<String> failures) {
    try {
      for (JsonNode one : client.raw("GET", path, null).path("resources")) {
        String plural = one.path("name").asText();
        if (!plural.contains("/")) {
          Set<String> verbs = new HashSet<>();
          one.path("verbs").forEach(verb -> verbs.add(verb.asText()));
          String kind = one.path("kind").asText();
          boolean namespaced = one.path("namespaced").asBoolean();
          resources.add(
              new Resource(new KindInfo(group, version, kind, plural, namespaced), verbs));
        }
      }
    } catch (ApiException e) {
      failures.add((group.isEmpty() ? version : group + "/" + version) + ": " + e.text());
    }
  }
}
