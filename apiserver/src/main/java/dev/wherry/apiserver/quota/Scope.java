package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
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
      case "BestEffort" -> isBestEffort(spec);
      case "NotBestEffort" -> !isBestEffort(spec);
      case "PriorityClass" -> fitsPriority(Trees.text(spec, "priorityClassName"));
      case "CrossNamespacePodAffinity" -> crossesNamespaces(spec.path("affinity"));
      default -> false;
    };
  }

  private static boolean isTerminating(JsonNode spec) {
    JsonNode seconds = spec.path("activeDeadlineSeconds");
    return seconds.isNumber() && seconds.asLong() >= 0;
  }

  /** Neither cpu nor memory is asked for or limited. */
  private static boolean isBestEffort(JsonNode spec) {
    if (names(spec.path("resources"))) {
      return false;
    }
    for (String list : List.of("containers", "initContainers")) {
      for (JsonNode container : spec.path(list)) {
        if (names(container.path("resources"))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean names(JsonNode resources) {
    for (String field : List.of("requests", "limits")) {
      for (String name : List.of("cpu", "memory")) {
        String amount = resources.path(field).path(name).asText();
        if (!amount.isEmpty() && !amount.equals("0")) {
          return true;
        }
      }
    }
    return false;
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
