package dev.wherry.apiserver.authz;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.request.Selectors;

/**
 * One question to the authoriser: may this user do this? Either about a resource or about a path.
 *
 * @param user who asks
 * @param verb get, list, watch, create, update, patch, delete, deletecollection, or a virtual verb
 *     (impersonate, bind, escalate, approve, sign); for paths the lower-case HTTP method
 * @param resourceRequest false for paths outside the API groups
 * @param group API group, "" for core; "" for paths
 * @param version of the group, or "*" where it does not matter; "" for paths
 * @param resource the plural; "" for paths
 * @param subresource "" when none
 * @param namespace "" for cluster scope and for all namespaces
 * @param name the object's name, "" when not about one object; for list and watch the value of a
 *     {@code metadata.name} field selector
 * @param path the URL path; "" for resources
 * @param selectors what a collection is narrowed to
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
    String path,
    Selectors selectors) {

  /** What stands for a version that does not matter. */
  private static final String ANY_VERSION = "*";

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
        user,
        verb,
        true,
        group,
        ANY_VERSION,
        resource,
        subresource,
        namespace,
        name,
        "",
        Selectors.NONE);
  }

  /** A question about a path outside the API groups. */
  public static AccessRequest path(UserInfo user, String verb, String path) {
    return new AccessRequest(user, verb, false, "", "", "", "", "", "", path, Selectors.NONE);
  }

  /** The same question about another version. */
  public AccessRequest inVersion(String other) {
    return new AccessRequest(
        user,
        verb,
        resourceRequest,
        group,
        other,
        resource,
        subresource,
        namespace,
        name,
        path,
        selectors);
  }

  /** The same question about a part of the collection. */
  public AccessRequest selecting(Selectors part) {
    return new AccessRequest(
        user,
        verb,
        resourceRequest,
        group,
        version,
        resource,
        subresource,
        namespace,
        name,
        path,
        part);
  }

  /** {@code resource} or {@code resource/subresource}, the form rules use. */
  public String combinedResource() {
    return subresource.isEmpty() ? resource : resource + "/" + subresource;
  }

  /** True for get, list and watch. */
  public boolean isRead() {
    return verb.equals("get") || verb.equals("list") || verb.equals("watch");
  }

  /** What a 403 says after the colon, in upstream's words. */
  public String refusal() {
    String who = "User \"" + user.name() + "\" cannot " + verb;
    if (!resourceRequest) {
      return who + " path \"" + path + "\"";
    }
    String where =
        namespace.isEmpty() ? " at the cluster scope" : " in the namespace \"" + namespace + "\"";
    return who + " resource \"" + combinedResource() + "\" in API group \"" + group + "\"" + where;
  }
}
