package dev.wherry.cli.client.discovery;

import dev.wherry.machinery.client.Query;
import java.util.List;
import java.util.Locale;

/**
 * A resource that the server serves in one version.
 *
 * @param group "" for the core group
 * @param subresources such as {@code scale}
 */
public record ResourceType(
    String group,
    String version,
    String kind,
    String plural,
    String singular,
    List<String> shortNames,
    List<String> categories,
    List<String> verbs,
    boolean namespaced,
    List<String> subresources) {
  public ResourceType {
    shortNames = List.copyOf(shortNames);
    categories = List.copyOf(categories);
    verbs = List.copyOf(verbs);
    subresources = List.copyOf(subresources);
  }

  /** {@code v1} or {@code apps/v1}. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** {@code pods} or {@code deployments.apps}. */
  public String resource() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** {@code pod} or {@code deployment.apps}, as messages name an object's type. */
  public String label() {
    String name = kind.toLowerCase(Locale.ROOT);
    return group.isEmpty() ? name : name + "." + group;
  }

  /** {@code /api/v1} or {@code /apis/apps/v1}. */
  public String basePath() {
    return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
  }

  /**
   * The path of the collection, or of an object.
   *
   * @param namespace "" for all namespaces; ignored in cluster scope
   * @param name "" for the collection
   */
  public String path(String namespace, String name) {
    StringBuilder path = new StringBuilder(basePath());
    if (namespaced && !namespace.isEmpty()) {
      path.append("/namespaces/").append(Query.segment(namespace));
    }
    path.append('/').append(plural);
    if (!name.isEmpty()) {
      path.append('/').append(Query.segment(name));
    }
    return path.toString();
  }
}
