package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The virtual resources of authorization.k8s.io: each method takes the posted body and returns it
 * with its status. Nothing is stored.
 */
public final class AccessReviews {
  private static final String API_VERSION = "authorization.k8s.io/v1";
  private static final String UNRESOLVED = " does not support user rule resolution";

  private final Authorizer authorizer;
  private final RbacPolicy policy;
  private final Supplier<List<AuthorizerType>> asked;

  /**
   * Asks {@code authorizer}; lists rules from {@code policy}.
   *
   * @param asked who stands behind the authoriser now, in order
   */
  public AccessReviews(
      Authorizer authorizer, RbacPolicy policy, Supplier<List<AuthorizerType>> asked) {
    this.authorizer = authorizer;
    this.policy = policy;
    this.asked = asked;
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
      everything(resources, paths);
    }
    List<String> errors = new ArrayList<>();
    for (AuthorizerType type : asked.get()) {
      switch (type) {
        case RBAC ->
            policy.rulesFor(caller, namespace).forEach(rule -> addRule(resources, paths, rule));
        case ALWAYS_ALLOW -> everything(resources, paths);
        case ALWAYS_DENY -> {}
        case WEBHOOK -> errors.add("webhook authorizer" + UNRESOLVED);
        case NODE -> {
          if (caller.nodeName().isPresent()) {
            errors.add("node authorizer" + UNRESOLVED);
          }
        }
      }
    }
    status.put("incomplete", !errors.isEmpty());
    if (!errors.isEmpty()) {
      status.put("evaluationError", UnionAuthorizer.together(errors));
    }
    return answer;
  }

  private static void everything(ArrayNode resources, ArrayNode paths) {
    List<String> all = List.of("*");
    addRule(resources, paths, new PolicyRule(all, all, all, List.of(), List.of()));
    addRule(resources, paths, new PolicyRule(all, List.of(), List.of(), List.of(), all));
  }

  private static void addRule(ArrayNode resources, ArrayNode paths, PolicyRule rule) {
    (rule.paths().isEmpty() ? resources : paths).add(rule.toJson());
  }

  private ObjectNode answer(String kind, ObjectNode body, UserInfo user) {
    Authorizer.Verdict verdict =
        authorizer.authorize(ReviewSpec.question(kind, body.path("spec"), user));
    ObjectNode answer = head(kind, body);
    ObjectNode status = answer.putObject("status");
    switch (verdict) {
      case Authorizer.Verdict.Allowed(String reason) -> put(status, true, reason, "");
      case Authorizer.Verdict.NoOpinion(String reason, String error) ->
          put(status, false, reason, error);
      case Authorizer.Verdict.Denied(String reason, String error) -> {
        put(status, false, reason, error);
        status.put("denied", true);
      }
    }
    return answer;
  }

  private static void put(ObjectNode status, boolean allowed, String reason, String error) {
    status.put("allowed", allowed);
    if (!reason.isEmpty()) {
      status.put("reason", reason);
    }
    if (!error.isEmpty()) {
      status.put("evaluationError", error);
    }
  }

  private static ObjectNode head(String kind, ObjectNode body) {
    ObjectNode answer = body.deepCopy();
    answer.put("apiVersion", API_VERSION).put("kind", kind);
    Trees.object(answer, "metadata").putNull("creationTimestamp");
    return answer;
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
