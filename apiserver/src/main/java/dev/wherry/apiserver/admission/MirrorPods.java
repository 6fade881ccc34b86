package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Trees;
import java.util.List;

/** What NodeRestriction looks for inside a pod. */
final class MirrorPods {
  private static final List<String> CONTAINERS =
      List.of("initContainers", "containers", "ephemeralContainers");

  private MirrorPods() {}

  /** The kind of API object a pod names that a mirror pod may not, or "". */
  static String forbiddenReference(JsonNode pod) {
    JsonNode spec = pod.path("spec");
    if (!Trees.text(spec, "serviceAccountName").isEmpty()) {
      return "a service account";
    }
    for (String list : CONTAINERS) {
      for (JsonNode container : spec.path(list)) {
        if (namesSecretOrConfigMap(container)) {
          return "secrets or configmaps";
        }
      }
    }
    if (!spec.path("imagePullSecrets").isEmpty()) {
      return "secrets";
    }
    for (JsonNode volume : spec.path("volumes")) {
      for (String type : List.of("secret", "configMap", "persistentVolumeClaim", "projected")) {
        if (volume.has(type)) {
          return type + " volumes";
        }
      }
    }
    return "";
  }

  /** True when a projected token volume of the pod asks for the audience. */
  static boolean asksForAudience(JsonNode pod, String audience) {
    for (JsonNode volume : Trees.at(pod, "spec", "volumes")) {
      for (JsonNode source : Trees.at(volume, "projected", "sources")) {
        if (Trees.text(source, "serviceAccountToken", "audience").equals(audience)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean namesSecretOrConfigMap(JsonNode container) {
    for (JsonNode variable : container.path("env")) {
      JsonNode from = variable.path("valueFrom");
      if (from.has("secretKeyRef") || from.has("configMapKeyRef")) {
        return true;
      }
    }
    return !container.path("envFrom").isEmpty();
  }
}
