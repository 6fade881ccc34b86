package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * One rule of a role, decoded once. {@code *} stands for everything; a star before {@code /scale}
 * for that subresource of every resource; a path ending in {@code *} for every path that begins so.
 */
public record PolicyRule(
    List<String> verbs,
    List<String> groups,
    List<String> resources,
    List<String> names,
    List<String> paths) {
  private static final String ALL = "*";

  /** Copies the lists. */
  public PolicyRule {
    verbs = List.copyOf(verbs);
    groups = List.copyOf(groups);
    resources = List.copyOf(resources);
    names = List.copyOf(names);
    paths = List.copyOf(paths);
  }

  /** Reads a {@code rules} list. */
  public static List<PolicyRule> listOf(JsonNode rules) {
    List<PolicyRule> all = new ArrayList<>();
    for (JsonNode rule : rules) {
      all.add(of(rule));
    }
    return List.copyOf(all);
  }

  static PolicyRule of(JsonNode rule) {
    return new PolicyRule(
        Trees.texts(rule, "verbs"),
        Trees.texts(rule, "apiGroups"),
        Trees.texts(rule, "resources"),
        Trees.texts(rule, "resourceNames"),
        Trees.texts(rule, "nonResourceURLs"));
  }

  /** The rule as it stands in a role. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    put(json, "verbs", verbs);
    put(json, "apiGroups", groups);
    put(json, "resources", resources);
    put(json, "resourceNames", names);
    put(json, "nonResourceURLs", paths);
    return json;
  }

  /** True when this rule alone allows the request. */
  public boolean allows(AccessRequest request) {
    if (!verbMatches(request.verb())) {
      return false;
    }
    if (!request.resourceRequest()) {
      return pathMatches(request.path());
    }
    return has(groups, request.group())
        && resourceMatches(request.resource(), request.subresource())
        && (names.isEmpty() || names.contains(request.name()));
  }

  /**
   * True when this rule allows all that {@code other}, a rule with exactly one verb and one group
   * and resource (or one path) and at most one name, allows.
   */
  boolean coversSingle(PolicyRule other) {
    if (!verbMatches(other.verbs.getFirst())) {
      return false;
    }
    if (!other.paths.isEmpty()) {
      return pathCovered(other.paths.getFirst());
    }
    String[] parts = other.resources.getFirst().split("/", 2);
    boolean resourceCovered =
        resources.contains(other.resources.getFirst())
            || resourceMatches(parts[0], parts.length > 1 ? parts[1] : "");
    boolean namesCovered =
        names.isEmpty() || (!other.names.isEmpty() && names.contains(other.names.getFirst()));
    return has(groups, other.groups.getFirst()) && resourceCovered && namesCovered;
  }

  /** This rule cut into rules of one verb, one group, one resource and one name (or one path). */
  List<PolicyRule> singles() {
    List<PolicyRule> all = new ArrayList<>();
    for (String verb : verbs) {
      List<String> oneVerb = List.of(verb);
      for (String path : paths) {
        all.add(new PolicyRule(oneVerb, List.of(), List.of(), List.of(), List.of(path)));
      }
      for (String group : groups) {
        for (String resource : resources) {
          addSingles(all, oneVerb, List.of(group), List.of(resource));
        }
      }
    }
    return all;
  }

  private void addSingles(
      List<PolicyRule> all, List<String> verb, List<String> group, List<String> resource) {
    if (names.isEmpty()) {
      all.add(new PolicyRule(verb, group, resource, List.of(), List.of()));
    }
    for (String name : names) {
      all.add(new PolicyRule(verb, group, resource, List.of(name), List.of()));
    }
  }

  private boolean verbMatches(String verb) {
    return has(verbs, verb);
  }

  private boolean resourceMatches(String resource, String subresource) {
    for (String rule : resources) {
      if (rule.equals(ALL)) {
        return true;
      }
      if (subresource.isEmpty()) {
        if (rule.equals(resource)) {
          return true;
        }
      } else if (isCombined(rule, resource, subresource) || isCombined(rule, ALL, subresource)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCombined(String rule, String resource, String subresource) {
    return rule.length() == resource.length() + 1 + subresource.length()
        && rule.startsWith(resource)
        && rule.charAt(resource.length()) == '/'
        && rule.endsWith(subresource);
  }

  private boolean pathMatches(String path) {
    for (String rule : paths) {
      if (rule.equals(ALL) || rule.equals(path)) {
        return true;
      }
      if (rule.endsWith(ALL) && path.startsWith(rule.substring(0, rule.length() - 1))) {
        return true;
      }
    }
    return false;
  }

  private boolean pathCovered(String path) {
    return paths.contains(path) || pathMatches(path);
  }

  private static boolean has(List<String> values, String value) {
    return values.contains(value) || values.contains(ALL);
  }

  private static void put(ObjectNode json, String field, List<String> values) {
    if (!values.isEmpty()) {
      values.forEach(json.putArray(field)::add);
    }
  }
}
