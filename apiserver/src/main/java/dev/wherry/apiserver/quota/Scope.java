package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.PodQos;
import dev.wherry.apiserver.view.Trees;
import java.util.List;

/** Which pods a quota counts (core/v1 ScopedResourceSelectorRequirement). */
record Scope(String name, String operator, List<String> values) {
  /** Whether a pod is within. */
  boolean fits(JsonNode pod) {
    JsonNode spec = pod.path("spec");
    return switch (name) {
      case "Terminating" -> isTerminating(spec);
      case "NotTerminating" -> !isTerminating(spec);
      case "BestEffort" -> PodQos.of(spec).equals(PodQos.BEST_EFFORT);
      case "NotBestEffort" -> !PodQos.of(spec).equals(PodQos.BEST_EFFORT);
      case "PriorityClass" -> fitsPriority(Trees.text(spec, "priorityClassName"));
      case "CrossNamespacePodAffinity" -> crossesNamespaces(spec.path("affinity"));
      default -> false;
    };
  }

  private static boolean isTerminating(JsonNode spec) {
    JsonNode seconds = spec.path("activeDeadlineSeconds");
    return seconds.isNumber() && seconds.asLong() >= 0;
  }

  private boolean fitsPriority(String className) {
    return switch (operator) {
      case "Exists" -> !className.isEmpty();
      case "DoesNotExist" -> className.isEmpty();
      case "In" -> values.contains(className);
      case "NotIn" -> !values.contains(className);
      default -> false;
    };
  }

  private static boolean crossesNamespaces(JsonNode affinity) {
    for (String kind : List.of("podAffinity", "podAntiAffinity")) {
      JsonNode terms = affinity.path(kind);
      for (JsonNode term : terms.path("requiredDuringSchedulingIgnoredDuringExecution")) {
        if (crosses(term)) {
          return true;
        }
      }
      for (JsonNode term : terms.path("preferredDuringSchedulingIgnoredDuringExecution")) {
        if (crosses(term.path("podAffinityTerm"))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean crosses(JsonNode term) {
    return !term.path("namespaces").isEmpty() || term.path("namespaceSelector").isObject();
  }
}
