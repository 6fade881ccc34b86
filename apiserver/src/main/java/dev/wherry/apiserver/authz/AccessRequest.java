package dev.wherry.apiserver.authz;

import dev.wherry.apiserver.authn.UserInfo;
import java.util.Map;

/**
 * One question to the authoriser: may this user do this? Either about a resource or about a path.
 *
 * @param user who asks
 * @param verb get, list, watch, create, update, patch, delete, deletecollection, or a virtual verb
 *     (impersonate, bind, escalate, approve, sign); for paths the lower-case HTTP method
 * @param resourceRequest false for paths outside the API groups
 * @param group API group, "" for core; "" for paths
 * @param resource the plural; "" for paths
 * @param subresource "" when none
 * @param namespace "" for cluster scope and for all namespaces
 * @param name the object's name, "" when not about one object; for list and watch the value of a
 *     {@code metadata.name} field selector
 * @param path the URL path; "" for resources
 * @param fieldsEqual the equality terms of the request's field selector
 */
public record AccessRequest(
    UserInfo user,
    String verb,
    boolean resourceRequest,
    String group,
    String resource,
    String subresource,
    String namespace,
    String name,
    String path,
    Map<String, String> fieldsEqual) {

  /** Copies the selector. */
  public AccessRequest {
    fieldsEqual = Map.copyOf(fieldsEqual);
  }

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
        user, verb, true, group, resource, subresource, namespace, name, "", Map.of());
  }

  /** A question about a path outside the API groups. */
  public static AccessRequest path(UserInfo user, String verb, String path) {
    return new AccessRequest(user, verb, false, "", "", "", "", "", path, Map.of());
  }

  /** The same question with the equality terms of a field selector. */
  public AccessRequest selecting(Map<String, String> equal) {
    return new AccessRequest(
        user, verb, resourceRequest, group, resource, subresource, namespace, name, path, equal);
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
