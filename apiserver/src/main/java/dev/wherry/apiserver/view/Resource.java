package dev.wherry.apiserver.view;

/**
 * A resource type by group and plural name; the version does not matter to stored objects.
 *
 * @param group the API group, "" for the core group
 * @param name the plural, such as {@code pods}
 */
public record Resource(String group, String name) {
  private static final String RBAC = "rbac.authorization.k8s.io";

  /** core/namespaces. */
  public static final Resource NAMESPACES = new Resource("", "namespaces");

  /** core/nodes. */
  public static final Resource NODES = new Resource("", "nodes");

  /** core/pods. */
  public static final Resource PODS = new Resource("", "pods");

  /** core/secrets. */
  public static final Resource SECRETS = new Resource("", "secrets");

  /** core/serviceaccounts. */
  public static final Resource SERVICE_ACCOUNTS = new Resource("", "serviceaccounts");

  /** core/persistentvolumes. */
  public static final Resource PERSISTENT_VOLUMES = new Resource("", "persistentvolumes");

  /** core/persistentvolumeclaims. */
  public static final Resource PERSISTENT_VOLUME_CLAIMS =
      new Resource("", "persistentvolumeclaims");

  /** storage.k8s.io/volumeattachments. */
  public static final Resource VOLUME_ATTACHMENTS =
      new Resource("storage.k8s.io", "volumeattachments");

  /** scheduling.k8s.io/priorityclasses. */
  public static final Resource PRIORITY_CLASSES =
      new Resource("scheduling.k8s.io", "priorityclasses");

  /** node.k8s.io/runtimeclasses. */
  public static final Resource RUNTIME_CLASSES = new Resource("node.k8s.io", "runtimeclasses");

  /** rbac/roles. */
  public static final Resource ROLES = new Resource(RBAC, "roles");

  /** rbac/clusterroles. */
  public static final Resource CLUSTER_ROLES = new Resource(RBAC, "clusterroles");

  /** rbac/rolebindings. */
  public static final Resource ROLE_BINDINGS = new Resource(RBAC, "rolebindings");

  /** rbac/clusterrolebindings. */
  public static final Resource CLUSTER_ROLE_BINDINGS = new Resource(RBAC, "clusterrolebindings");

  @Override
  public String toString() {
    return group.isEmpty() ? name : name + "." + group;
  }
}
