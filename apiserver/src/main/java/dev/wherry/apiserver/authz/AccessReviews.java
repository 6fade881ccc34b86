package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The virtual resources of authorization.k8s.io: each method takes the posted body and returns it
 * with its status. Nothing is stored.
 */
public final class AccessReviews {
  private static final String API_VERSION = "authorization.k8s.io/v1";

  private final Authorizer authorizer;
  private final RbacPolicy policy;

  /** Asks {@code authorizer}; lists rules from {@code policy}. */
  public AccessReviews(Authorizer authorizer, RbacPolicy policy) {
    this.authorizer = authorizer;
    this.policy = policy;
  }

  /** SubjectAccessReview: may the user named in the body do this? */
  public ObjectNode subject(ObjectNode body) {
    return answer("SubjectAccessReview", body, userOf(body.path("spec")));
  }

  /** LocalSubjectAccessReview: the same within the namespace of the request. */
  public ObjectNode local(String namespace, ObjectNode body) {
    JsonNode attributes = Trees.at(body, "spec", "resourceAttributes");
    if (!Trees.text(attributes, "namespace").equals(namespace)) {
      throw Refusals.invalid(
          new Resource("authorization.k8s.io", "localsubjectaccessreviews"),
          "LocalSubjectAccessReview",
          "",
          "spec.resourceAttributes.namespace",
          "Invalid value: must match metadata.namespace");
    }
    return answer("LocalSubjectAccessReview", body, userOf(body.path("spec")));
  }

  /** SelfSubjectAccessReview: may the caller do this? */
  public ObjectNode self(UserInfo caller, ObjectNode body) {
    return answer("SelfSubjectAccessReview", body, caller);
  }

  /** SelfSubjectRulesReview: what may the caller do in a namespace? */
  public ObjectNode selfRules(UserInfo caller, ObjectNode body) {
    String namespace = Trees.text(body, "spec", "namespace");
    if (namespace.isEmpty()) {
      throw ApiException.badRequest("no namespace on request");
    }
    ObjectNode answer = head("SelfSubjectRulesReview", body);
    ObjectNode status = answer.putObject("status");
    ArrayNode resources = status.putArray("resourceRules");
    ArrayNode paths = status.putArray("nonResourceRules");
    if (caller.isMaster()) {
      addRule(
          resources,
          paths,
          new PolicyRule(List.of("*"), List.of("*"), List.of("*"), List.of(), List.of()));
      addRule(
          resources,
          paths,
          new PolicyRule(List.of("*"), List.of(), List.of(), List.of(), List.of("*")));
    }
    for (PolicyRule rule : policy.rulesFor(caller, namespace)) {
      addRule(resources, paths, rule);
    }
    status.put("incomplete", caller.nodeName().isPresent());
    if (caller.nodeName().isPresent()) {
      status.put("evaluationError", "node authorizer does not support user rule resolution");
    }
    return answer;
  }

  private static void addRule(ArrayNode resources, ArrayNode paths, PolicyRule rule) {
    (rule.paths().isEmpty() ? resources : paths).add(rule.toJson());
  }

  private ObjectNode answer(String kind, ObjectNode body, UserInfo user) {
    Authorizer.Verdict verdict = authorizer.authorize(question(kind, body.path("spec"), user));
    ObjectNode answer = head(kind, body);
    ObjectNode status = answer.putObject("status");
    switch (verdict) {
      case Authorizer.Verdict.Allowed allowed -> put(status, true, allowed.reason());
      case Authorizer.Verdict.NoOpinion none -> put(status, false, none.reason());
      case Authorizer.Verdict.Denied denied -> {
        put(status, false, denied.reason());
        status.put("denied", true);
      }
    }
    return answer;
  }

  private static void put(ObjectNode status, boolean allowed, String reason) {
    status.put("allowed", allowed);
    if (!reason.isEmpty()) {
      status.put("reason", reason);
    }
  }

  private static ObjectNode head(String kind, ObjectNode body) {
    ObjectNode answer = body.deepCopy();
    answer.put("apiVersion", API_VERSION).put("kind", kind);
    Trees.object(answer, "metadata").putNull("creationTimestamp");
    return answer;
  }

  private static AccessRequest question(String kind, JsonNode spec, UserInfo user) {
    JsonNode resource = spec.path("resourceAttributes");
    JsonNode path = spec.path("nonResourceAttributes");
    if (resource.isObject() == path.isObject()) {
      String why =
          resource.isObject()
              ? "Invalid value: cannot be specified in combination with resourceAttributes"
              : "Invalid value: exactly one of nonResourceAttributes or resourceAttributes must"
                  + " be specified";
      throw Refusals.invalid(
          new Resource("authorization.k8s.io", ""),
          kind,
          "",
          resource.isObject() ? "spec.nonResourceAttributes" : "spec.resourceAttributes",
          why);
    }
    if (path.isObject()) {
      return AccessRequest.path(user, Trees.text(path, "verb"), Trees.text(path, "path"));
    }
    return AccessRequest.resource(
            user,
            Trees.text(resource, "verb"),
            Trees.text(resource, "group"),
            Trees.text(resource, "resource"),
            Trees.text(resource, "subresource"),
            Trees.text(resource, "namespace"),
            Trees.text(resource, "name"))
        .selecting(equalities(resource.path("fieldSelector")));
  }

  private static Map<String, String> equalities(JsonNode selector) {
    Map<String, String> equal = new LinkedHashMap<>();
    for (JsonNode term : selector.path("requirements")) {
      List<String> values = Trees.texts(term, "values");
      if (Trees.text(term, "operator").equals("In") && values.size() == 1) {
        equal.put(Trees.text(term, "key"), values.getFirst());
      }
    }
    return equal;
  }

  private static UserInfo userOf(JsonNode spec) {
    String name = Trees.text(spec, "user");
    List<String> groups = Trees.texts(spec, "groups");
    if (name.isEmpty() && groups.isEmpty()) {
      throw Refusals.invalid(
          new Resource("authorization.k8s.io", ""),
          "SubjectAccessReview",
          "",
          "spec.user",
          "Invalid value: at least one of user or group must be specified");
    }
    Map<String, List<String>> extra = new LinkedHashMap<>();
    for (var field : spec.path("extra").properties()) {
      extra.put(field.getKey(), Trees.texts(field.getValue()));
    }
    return new UserInfo(name, Trees.text(spec, "uid"), groups, extra);
  }
}
