package dev.wherry.apiserver.admission.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A pod, or the template of one, as the checks look at it. */
record Pod(Map<String, String> annotations, JsonNode spec) {
  static Pod of(JsonNode holder) {
    return new Pod(Trees.textMap(holder, "metadata", "annotations"), holder.path("spec"));
  }

  /** Init containers, containers, ephemeral containers. */
  List<JsonNode> containers() {
    List<JsonNode> all = new ArrayList<>();
    for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
      spec.path(list).forEach(all::add);
    }
    return all;
  }

  JsonNode security() {
    return spec.path("securityContext");
  }

  boolean isWindows() {
    return Trees.text(spec, "os", "name").equals("windows");
  }

  /** Whether root within is nobody outside. */
  boolean hasOwnUsers() {
    JsonNode host = spec.path("hostUsers");
    return host.isBoolean() && !host.booleanValue();
  }

  /** Names of the containers whose security context is bad. */
  List<String> badContainers(Predicate<JsonNode> bad) {
    List<String> names = new ArrayList<>();
    for (JsonNode container : containers()) {
      if (bad.test(container.path("securityContext"))) {
        names.add(Trees.text(container, "name"));
      }
    }
    return names;
  }

  /** {@code container "a"}, {@code containers "a", "b"}. */
  static String containers(List<String> names) {
    return plural("container", names.size()) + " " + quoted(names);
  }

  /** {@code pod and container "a"}. */
  static String setters(boolean pod, List<String> containers) {
    if (containers.isEmpty()) {
      return "pod";
    }
    return (pod ? "pod and " : "") + containers(containers);
  }

  static String plural(String word, int count) {
    return count == 1 ? word : word + "s";
  }

  static String quoted(Collection<String> names) {
    return names.isEmpty() ? "" : "\"" + String.join("\", \"", names) + "\"";
  }
}
