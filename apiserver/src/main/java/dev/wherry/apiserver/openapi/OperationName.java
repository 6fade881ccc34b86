package dev.wherry.apiserver.openapi;

import dev.wherry.model.kind.KindInfo;
import java.util.List;

/**
 * How generated clients call an operation: {@code readAppsV1NamespacedDeploymentScale} of the tag
 * {@code apps_v1} (apiserver endpoints/openapi GetOperationIDAndTags).
 */
record OperationName(String id, String tag) {
  private static final String COMMON_SUFFIX = ".k8s.io";

  /**
   * The name of a call.
   *
   * @param kind of the resource, also where a subresource's body is of another
   * @param action as {@code x-kubernetes-action} names it, and {@code deletecollection}
   * @param suffix behind the kind: a subresource, or for which namespaces
   */
  static OperationName of(KindInfo kind, String action, String method, String suffix) {
    List<String> labels = labels(kind.group());
    StringBuilder group = new StringBuilder();
    labels.forEach(label -> group.append(capital(label)));
    String word =
        switch (action) {
          case "get" -> "read";
          case "post" -> "create";
          case "put" -> "replace";
          case "deletecollection" -> "delete";
          default -> action;
        };
    String middle =
        switch (action) {
          case "deletecollection" -> "Collection";
          case "connect" -> capital(method);
          default -> "";
        };
    boolean everywhere = suffix.equals("ForAllNamespaces");
    return new OperationName(
        word
            + group
            + capital(kind.version())
            + middle
            + (kind.namespaced() && !everywhere ? "Namespaced" : "")
            + kind.kind()
            + suffix,
        Character.toLowerCase(group.charAt(0)) + group.substring(1) + "_" + kind.version());
  }

  private static List<String> labels(String group) {
    if (group.isEmpty()) {
      return List.of("core");
    }
    String own =
        group.endsWith(COMMON_SUFFIX)
            ? group.substring(0, group.length() - COMMON_SUFFIX.length())
            : group;
    return List.of(own.split("[.-]"));
  }

  static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
