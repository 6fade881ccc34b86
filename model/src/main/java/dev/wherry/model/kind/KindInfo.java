package dev.wherry.model.kind;

/**
 * The names of a kind in one version.
 *
 * @param group "" for the core group
 * @param plural the resource's name in paths
 */
public record KindInfo(
    String group, String version, String kind, String plural, boolean namespaced) {
  /** {@code v1} or {@code apps/v1}. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** {@code pods} or {@code deployments.apps}, as status messages name a resource. */
  public String resource() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** {@code /api/v1} or {@code /apis/apps/v1}. */
  public String basePath() {
    return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
  }

  /**
   * The path of the collection, or of an object when a name is given.
   *
   * @param namespace "" for all namespaces or cluster scope
   * @param name "" for the collection
   */
  public String path(String namespace, String name) {
    StringBuilder path = new StringBuilder(basePath());
    if (namespaced && !namespace.isEmpty()) {
      path.append("/namespaces/").append(namespace);
    }
    path.append('/').append(plural);
    if (!name.isEmpty()) {
      path.append('/').append(name);
    }
    return path.toString();
  }
}
