package dev.wherry.apiserver.admission.match;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * A RuleWithOperations (apiserver admission/plugin/webhook/predicates/rules).
 *
 * @param scope Cluster, Namespaced or *
 * @param names of objects it is for; empty for all
 */
record Rule(
    List<String> operations,
    List<String> groups,
    List<String> versions,
    List<String> resources,
    String scope,
    List<String> names) {
  private static final String ALL = "*";

  static Rule of(JsonNode rule) {
    String scope = Trees.text(rule, "scope");
    return new Rule(
        Trees.texts(rule, "operations"),
        Trees.texts(rule, "apiGroups"),
        Trees.texts(rule, "apiVersions"),
        Trees.texts(rule, "resources"),
        scope.isEmpty() ? ALL : scope,
        Trees.texts(rule, "resourceNames"));
  }

  static List<Rule> all(JsonNode rules) {
    List<Rule> all = new ArrayList<>();
    rules.forEach(rule -> all.add(of(rule)));
    return List.copyOf(all);
  }

  /** Whether the rule is for a request, taken as one for the given form of its resource. */
  boolean matches(AdmissionRequest request, KindInfo as) {
    return has(operations, request.operation().name())
        && has(groups, as.group())
        && has(versions, as.version())
        && isFor(as.plural(), request.subresource())
        && inScope(request, as);
  }

  /** Whether the rule is for the object of a request. */
  boolean names(AdmissionRequest request) {
    return names.isEmpty() || names.contains(request.name());
  }

  private static boolean has(List<String> list, String wanted) {
    return list.contains(ALL) || list.contains(wanted);
  }

  private boolean inScope(AdmissionRequest request, KindInfo as) {
    boolean cluster =
        request.namespace().isEmpty() || (as.group().isEmpty() && as.plural().equals("namespaces"));
    return switch (scope) {
      case ALL -> true;
      case "Cluster" -> cluster;
      case "Namespaced" -> !cluster;
      default -> false;
    };
  }

  private boolean isFor(String plural, String subresource) {
    for (String entry : resources) {
      int slash = entry.indexOf('/');
      String resource = slash < 0 ? entry : entry.substring(0, slash);
      String sub = slash < 0 ? "" : entry.substring(slash + 1);
      boolean resourceFits = resource.equals(ALL) || resource.equals(plural);
      if (resourceFits && (sub.equals(ALL) || sub.equals(subresource))) {
        return true;
      }
    }
    return false;
  }
}
