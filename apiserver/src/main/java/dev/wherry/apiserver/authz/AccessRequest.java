package dev.wherry.apiserver.authz;

import dev.wherry.apiserver.authn.UserInfo;

/**
 * One question to the authoriser: may this user do this? Either about a resource or about a path.
 *
 * @param user who asks
 * @param verb get, list, watch, create, update, patch, delete, deletecollection, or a virtual verb
 *     (impersonate, bind, escalate, approve, sign); for paths the lower-case HTTP method
 * @param resourceRequest false for paths outside the API groups
 * @param group API group, "" for core; "" for paths
 * @param version API version, may be "" in reviews
 * @param resource the plural; "" for paths
 * @param subresource "" when none
 * @param namespace "" for cluster scope and for all namespaces
 * @param name the object's name, "" when not about one object
 * @param path the URL path; "" for resources
 */
public record AccessRequest(
    UserInfo user,
    String verb,
    boolean resourceRequest,
    String group,
    String version,
    String resource,
    String subresource,
    String namespace,
    String name,
    String path) {

  /** A question about a resource. */
  public static AccessRequest resource(
      UserInfo user,
      String verb,
      String group,
      String resource,
      String subresource,
      String namespace,
      String name) {
    return new AccessRequest(
        user, verb, true, group, "", resource, subresource, namespace, name, "");
  }

  /** A question about a path outside the API groups. */
  public static AccessRequest path(UserInfo user, String verb, String path) {
    return new AccessRequest(user, verb, false, "", "", "", "", "", "", path);
  }

  /** {@code resource} or {@code resource/subresource}, the form rules use. */
  public String combinedResource() {
    return subresource.isEmpty() ? resource : resource + "/" + subresource;
  }

  /** True for get, list and watch. */
  public boolean isRead() {
    return verb.equals("get") || verb.equals("list") || verb.equals("watch");
  }

  /** The same question asked by somebody else. */
  public AccessRequest as(UserInfo other) {
    return new AccessRequest(
        other, verb, resourceRequest, group, version, resource, subresource, namespace, name, path);
  }
}
