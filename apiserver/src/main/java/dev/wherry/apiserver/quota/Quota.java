package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A ResourceQuota as it is wanted.
 *
 * @param limits by the resource they are about
 */
record Quota(
    String namespace,
    String name,
    Amounts hard,
    List<Scope> scopes,
    Map<Resource, Set<String>> limits) {
  static final Resource RESOURCE = new Resource("", "resourcequotas");

  static Quota of(ObjectNode object) {
    JsonNode spec = object.path("spec");
    Amounts hard = Amounts.read(spec.path("hard"));
    Map<Resource, Set<String>> limits = new LinkedHashMap<>();
    for (String name : hard.byName().keySet()) {
      Tracked.of(name)
          .ifPresent(
              resource -> limits.computeIfAbsent(resource, r -> new LinkedHashSet<>()).add(name));
    }
    List<Scope> scopes = new ArrayList<>();
    Trees.texts(spec, "scopes").forEach(scope -> scopes.add(new Scope(scope, "Exists", List.of())));
    for (JsonNode selector : spec.path("scopeSelector").path("matchExpressions")) {
      scopes.add(
          new Scope(
              Trees.text(selector, "scopeName"),
              Trees.text(selector, "operator"),
              Trees.texts(selector, "values")));
    }
    return new Quota(Trees.namespace(object), Trees.name(object), hard, scopes, limits);
  }

  /** Names of its limits on a resource. */
  Set<String> limitsOf(Resource resource) {
    return limits.getOrDefault(resource, Set.of());
  }

  /** Whether an object is counted. */
  boolean counts(Resource resource, JsonNode object) {
    return !limitsOf(resource).isEmpty()
        && (scopes.isEmpty()
            || (resource.equals(Resource.PODS)
                && scopes.stream().allMatch(scope -> scope.fits(object))));
  }
}
