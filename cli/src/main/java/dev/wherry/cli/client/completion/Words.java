package dev.wherry.cli.client.completion;

import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.stream.PodContainers;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.kubeconfig.Kubeconfig;
import dev.wherry.cli.kubeconfig.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the server has, as words for a shell. */
final class Words {
  /** Verbs whose first word is a pod, or something with pods. */
  private static final List<String> PODS =
      List.of("logs", "exec", "attach", "port-forward", "cp", "debug");

  private static final List<String> NODES = List.of("cordon", "uncordon", "drain");

  /** Verbs whose words are none of the server's. */
  private static final List<String> FREE =
      List.of("run", "apply", "create", "replace", "diff", "config", "completion", "plugin");

  private static final List<String> ROLLING = List.of("deployment", "daemonset", "statefulset");

  private static final Map<String, List<String>> TYPES =
      Map.of(
          "rollout", ROLLING,
          "scale", List.of("deployment", "replicaset", "replicationcontroller", "statefulset"),
          "autoscale", List.of("deployment", "replicaset", "replicationcontroller", "statefulset"),
          "expose", List.of("pod", "service", "replicationcontroller", "deployment", "replicaset"),
          "taint", List.of("node"));

  private static final int NAMES_MAX = 1_000;

  private final Session session;

  Words(Session session) {
    this.session = session;
  }

  /** The values of flags that are always the same. */
  static List<String> fixed(String flag) {
    return switch (flag) {
      case "-o", "--output" ->
          List.of(
              "json",
              "yaml",
              "name",
              "wide",
              "jsonpath=",
              "jsonpath-as-json=",
              "jsonpath-file=",
              "custom-columns=",
              "custom-columns-file=");
      case "--dry-run" -> List.of("none", "client", "server");
      case "--validate" -> List.of("strict", "warn", "ignore");
      case "--cascade" -> List.of("background", "foreground", "orphan");
      case "--restart" -> List.of("Always", "OnFailure", "Never");
      case "--image-pull-policy" -> List.of("Always", "IfNotPresent", "Never");
      case "--for" -> List.of("create", "delete", "condition=", "jsonpath=");
      default -> List.of();
    };
  }

  /** The names of the kubeconfig that a flag takes. */
  static List<String> ofKubeconfig(Kubeconfig config, String flag) {
    return switch (flag) {
      case "--context" -> config.names(Section.CONTEXTS);
      case "--cluster" -> config.names(Section.CLUSTERS);
      default -> config.names(Section.USERS);
    };
  }

  /** The values of a flag that the server knows. */
  List<String> values(String flag, List<String> path, List<String> objects) {
    return switch (flag) {
      case "-n", "--namespace" -> names("namespaces");
      case "-c", "--container" -> containers(path, objects);
      case "--clusterrole" -> names("clusterroles");
      case "--role" -> names("roles");
      case "--serviceaccount" -> names("serviceaccounts");
      default -> List.of();
    };
  }

  private List<String> containers(List<String> path, List<String> objects) {
    boolean ofPod = PODS.contains(path.getFirst()) && !objects.isEmpty();
    if (!ofPod) {
      return List.of();
    }
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    return new PodContainers(lookup.find(objects.getFirst()).getFirst()).inOrder();
  }

  /**
   * Objects that may stand next on the line.
   *
   * @param path verb and verbs below it
   * @param objects the words that are there already
   */
  List<String> objects(List<String> path, List<String> objects, String last) {
    String verb = path.getFirst();
    if (FREE.contains(verb)) {
      return List.of();
    }
    if (NODES.contains(verb)) {
      return without(names("nodes"), objects);
    }
    int slash = last.indexOf('/');
    if (slash > 0) {
      String type = last.substring(0, slash);
      return names(type).stream().map(name -> type + "/" + name).toList();
    }
    if (PODS.contains(verb)) {
      return objects.isEmpty() ? names("pods") : List.of();
    }
    if (verb.equals("tunnel")) {
      return without(names("services"), objects);
    }
    if (verb.equals("auth")) {
      return objects.size() == 1 ? types(path) : List.of();
    }
    if (objects.isEmpty()) {
      return types(path);
    }
    String first = objects.getFirst();
    if (first.indexOf('/') > 0 || first.indexOf(',') > 0) {
      return List.of();
    }
    return without(names(first), objects.subList(1, objects.size()));
  }

  private static List<String> without(List<String> names, List<String> present) {
    return names.stream().filter(name -> !present.contains(name)).toList();
  }

  private List<String> types(List<String> path) {
    List<String> only = TYPES.getOrDefault(path.getFirst(), List.of());
    if (!only.isEmpty()) {
      return only;
    }
    List<String> types = new ArrayList<>();
    for (ResourceType type : Discovery.preferred(session.discovery().all())) {
      boolean listed = type.verbs().contains("list");
      if (listed) {
        types.add(type.resource());
        if (!type.group().isEmpty()) {
          types.add(type.plural());
        }
      }
    }
    return types;
  }

  /** The names of a type's objects, of the first page of them. */
  private List<String> names(String word) {
    ResourceType type = session.discovery().resolve(word);
    Target all = new Target(type, type.namespaced() ? session.namespace() : "", "", "");
    List<String> names = new ArrayList<>();
    String path = all.path() + "?limit=" + NAMES_MAX;
    session
        .api()
        .get(path)
        .path("items")
        .forEach(item -> names.add(item.path("metadata").path("name").asText()));
    return names;
  }
}
