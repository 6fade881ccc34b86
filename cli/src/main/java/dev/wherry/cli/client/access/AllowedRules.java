package dev.wherry.cli.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a user may do, put together by resource (kubectl pkg/util/rbac). */
final class AllowedRules {
  private AllowedRules() {}

  /**
   * One line of the list.
   *
   * @param resource with its group, "" for paths
   */
  record Rule(
      String resource, String group, List<String> urls, List<String> names, List<String> verbs) {
    private static String go(List<String> texts) {
      return "[" + String.join(" ", texts) + "]";
    }

    String line() {
      return String.join("\t", resource, go(urls), go(names), go(verbs));
    }

    /** Go prints the rule as a struct, verbs first, and sorts by that. */
    String order() {
      return go(verbs) + "," + group + "," + resource + "," + go(names) + "," + go(urls);
    }
  }

  private record Key(String resource, String group, String name) {}

  /** The rules of a SelfSubjectRulesReview's status, in kubectl's order. */
  static List<Rule> of(JsonNode status) {
    Map<Key, List<String>> verbs = new LinkedHashMap<>();
    for (JsonNode rule : status.path("resourceRules")) {
      for (String group : texts(rule.path("apiGroups"))) {
        for (String resource : texts(rule.path("resources"))) {
          collect(verbs, rule, combined(resource, group), group);
        }
      }
    }
    List<Rule> rules = new ArrayList<>();
    verbs.forEach((key, allowed) ->
        rules.add(
            new Rule(
                key.resource(),
                key.group(),
                List.of(),
                key.name().isEmpty() ? List.of() : List.of(key.name()),
                allowed)));
    for (JsonNode rule : status.path("nonResourceRules")) {
      for (String url : texts(rule.path("nonResourceURLs"))) {
        for (String verb : texts(rule.path("verbs"))) {
          rules.add(new Rule("", "", List.of(url), List.of(), List.of(verb)));
        }
      }
    }
    rules.sort(Comparator.comparing(Rule::order));
    return rules;
  }

  private static void collect(
      Map<Key, List<String>> verbs, JsonNode rule, String resource, String group) {
    List<String> names = texts(rule.path("resourceNames"));
    for (String name : names.isEmpty() ? List.of("") : names) {
      List<String> allowed =
          verbs.computeIfAbsent(new Key(resource, group, name), key -> new ArrayList<>());
      texts(rule.path("verbs")).stream()
          .filter(verb -> !allowed.contains(verb))
          .forEach(allowed::add);
    }
  }

  /** {@code deployments.apps/scale}: the group stands before the subresource. */
  private static String combined(String resource, String group) {
    if (group.isEmpty()) {
      return resource;
    }
    int slash = resource.indexOf('/');
    return slash < 0
        ? resource + "." + group
        : resource.substring(0, slash) + "." + group + resource.substring(slash);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(one -> texts.add(one.asText()));
    return texts;
  }
}
