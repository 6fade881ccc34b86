package dev.wherry.controllers.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kinds a server has, custom resources and other servers' kinds included: each in its group's
 * preferred version, or in the first that has it (client-go discovery ServerPreferredResources).
 *
 * @param resources in the order of the server's groups
 * @param failures group-versions that could not be asked, with the reason
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
    Search search = new Search(client);
    search.look("/api/v1", "", "v1");
    for (JsonNode group : client.raw("GET", "/apis", null).path("groups")) {
      search.look(group);
    }
    return new ApiResources(List.copyOf(search.found.values()), search.failures);
  }

  private static final class Search {
    private final ApiClient client;
    private final Map<String, Resource> found = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    Search(ApiClient client) {
      this.client = client;
    }

    private void look(JsonNode group) {
      String name = group.path("name").asText();
      Set<String> versions = new LinkedHashSet<>();
      versions.add(group.at("/preferredVersion/version").asText());
      group.path("versions").forEach(one -> versions.add(one.path("version").asText()));
      versions.forEach(version -> look("/apis/" + name + "/" + version, name, version));
    }

    private void look(String path, String group, String version) {
      try {
        for (JsonNode one : client.raw("GET", path, null).path("resources")) {
          String plural = one.path("name").asText();
          if (!plural.contains("/")) {
            Set<String> verbs = new HashSet<>();
            one.path("verbs").forEach(verb -> verbs.add(verb.asText()));
            String kind = one.path("kind").asText();
            boolean namespaced = one.path("namespaced").asBoolean();
            KindInfo info = new KindInfo(group, version, kind, plural, namespaced);
            found.putIfAbsent(info.resource(), new Resource(info, verbs));
          }
        }
      } catch (ApiException e) {
        failures.add((group.isEmpty() ? version : group + "/" + version) + ": " + e.text());
      }
    }
  }
}
