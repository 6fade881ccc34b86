package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;

/**
 * Who may use the kubelet's server: the API server's own client (system:masters), and whoever the
 * API lets do it to the node's subresource (rule: kubelet authorisation).
 */
final class Access {
  private static final System.Logger LOG = System.getLogger(Access.class.getName());
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

  private final ApiClient api;
  private final String nodeName;

  Access(ApiClient api, String nodeName) {
    this.api = api;
    this.nodeName = nodeName;
  }

  /** Whether the caller may; asks the API for those who are not masters. Blocking. */
  boolean allows(Caller caller, String method, String path) {
    if (caller.groups().contains(Caller.MASTERS)) {
      return true;
    }
    if (caller.anonymous()) {
      return false;
    }
    try {
      return api.raw("POST", REVIEWS, review(caller, method, path))
          .path("status")
          .path("allowed")
          .asBoolean(false);
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "access review failed user={0}: {1}", caller.user(), e.text());
      return false;
    }
  }

  private ObjectNode review(Caller caller, String method, String path) {
    ObjectNode review = Json.object();
    review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SubjectAccessReview");
    ObjectNode spec = review.putObject("spec");
    spec.put("user", caller.user());
    ArrayNode groups = spec.putArray("groups");
    caller.groups().forEach(groups::add);
    spec.putObject("resourceAttributes")
        .put("group", "")
        .put("version", "v1")
        .put("resource", "nodes")
        .put("subresource", subresource(path))
        .put("name", nodeName)
        .put("verb", verb(method));
    return review;
  }

  static String subresource(String path) {
    if (path.startsWith("/stats")) {
      return "stats";
    }
    if (path.startsWith("/metrics")) {
      return "metrics";
    }
    if (path.equals("/healthz")) {
      return "healthz";
    }
    return path.startsWith("/pods") || path.startsWith("/runningpods") ? "pods" : "proxy";
  }

  private static String verb(String method) {
    return switch (method) {
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> "delete";
      default -> "get";
    };
  }
}
