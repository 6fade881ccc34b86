package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.json.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** The flags that say what a role allows. */
final class RuleFlags {
  private static final String ALL = "*";
  private static final List<String> STANDARD =
      List.of(
          "*",
          "get",
          "delete",
          "list",
          "create",
          "update",
          "patch",
          "watch",
          "proxy",
          "deletecollection",
          "use",
          "bind",
          "escalate",
          "impersonate");

  /** Verbs that only some resources have. */
  private static final Map<String, List<String>> SPECIAL =
      Map.of(
          "bind", List.of("roles", "clusterroles"),
          "escalate", List.of("roles", "clusterroles"));

  @Option(names = "--verb", split = ",", description = "What is allowed; may be repeated.")
  private List<String> verbs = List.of();

  @Option(names = "--resource", split = ",", description = "On what; may be repeated.")
  private List<String> resources = List.of();

  @Option(names = "--resource-name", description = "On which objects; may be repeated.")
  private List<String> names = List.of();

  boolean given() {
    return !verbs.isEmpty() || !resources.isEmpty() || !names.isEmpty();
  }

  List<String> resources() {
    return resources;
  }

  /** Each once; a star stands for all. */
  List<String> verbs() {
    return verbs.contains(ALL) ? List.of(ALL) : List.copyOf(new LinkedHashSet<>(verbs));
  }

  /** Refuses a role that allows nothing; warns of verbs that no server knows. */
  void check(PrintStream err) {
    if (verbs.isEmpty()) {
      throw ClientException.error("at least one verb must be specified");
    }
    for (String verb : verbs()) {
      if (!STANDARD.contains(verb)) {
        err.println("Warning: '" + verb + "' is not a standard resource verb");
      }
    }
  }

  /**
   * One rule for each group of resources, then one for paths.
   *
   * @throws ClientException when the server has no such resource
   */
  ArrayNode rules(Discovery discovery, List<String> urls) {
    Map<String, Set<String>> byGroup = new TreeMap<>();
    for (String word : resources) {
      int slash = word.indexOf('/');
      String name = slash < 0 ? word : word.substring(0, slash);
      String below = slash < 0 ? "" : word.substring(slash);
      if (name.equals(ALL)) {
        byGroup.computeIfAbsent("", group -> new LinkedHashSet<>()).add(ALL + below);
        continue;
      }
      if (name.isEmpty()) {
        throw ClientException.error("resource must be specified if apiGroup/subresource specified");
      }
      ResourceType type = resolved(discovery, name);
      for (String verb : verbs()) {
        List<String> only = SPECIAL.getOrDefault(verb, List.of(type.plural()));
        if (!only.contains(type.plural())) {
          throw ClientException.error(
              "can not perform '%s' on '%s' in group '%s'"
                  .formatted(verb, type.plural(), type.group()));
        }
      }
      byGroup
          .computeIfAbsent(type.group(), group -> new LinkedHashSet<>())
          .add(type.plural() + below);
    }
    ArrayNode rules = Json.array();
    byGroup.forEach((group, plurals) -> {
      ObjectNode rule = rules.addObject();
      rule.putArray("apiGroups").add(group);
      if (!names.isEmpty()) {
        fill(rule, "resourceNames", new ArrayList<>(new LinkedHashSet<>(names)));
      }
      fill(rule, "resources", List.copyOf(plurals));
      fill(rule, "verbs", verbs());
    });
    if (!urls.isEmpty()) {
      ObjectNode rule = rules.addObject();
      fill(rule, "nonResourceURLs", List.copyOf(new LinkedHashSet<>(urls)));
      fill(rule, "verbs", verbs());
    }
    return rules;
  }

  /** Without the mark of an error, as kubectl words it here. */
  private static ResourceType resolved(Discovery discovery, String name) {
    try {
      return discovery.resolve(name);
    } catch (ClientException e) {
      throw ClientException.verbatim(e.text().replaceFirst("^error: ", ""));
    }
  }

  private static void fill(ObjectNode rule, String field, List<String> values) {
    ArrayNode list = rule.putArray(field);
    values.forEach(list::add);
  }
}
