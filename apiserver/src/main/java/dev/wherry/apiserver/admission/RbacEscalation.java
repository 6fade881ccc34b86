package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.Coverage;
import dev.wherry.apiserver.authz.PolicyRule;
import dev.wherry.apiserver.authz.RbacPolicy;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Nobody grants more than he has: writing a role needs its rules or the verb {@code escalate};
 * binding one needs its rules or the verb {@code bind} (upstream: "Privilege escalation prevention
 * and bootstrapping").
 */
final class RbacEscalation implements AdmissionPlugin {
  private static final Set<Resource> ROLES = Set.of(Resource.ROLES, Resource.CLUSTER_ROLES);
  private static final Set<Resource> BINDINGS =
      Set.of(Resource.ROLE_BINDINGS, Resource.CLUSTER_ROLE_BINDINGS);
  private static final PolicyRule EVERYTHING =
      new PolicyRule(List.of("*"), List.of("*"), List.of("*"), List.of(), List.of());
  private static final PolicyRule EVERY_PATH =
      new PolicyRule(List.of("*"), List.of(), List.of(), List.of(), List.of("*"));

  private final Authorizer authorizer;
  private final RbacPolicy policy;

  RbacEscalation(Authorizer authorizer, RbacPolicy policy) {
    this.authorizer = authorizer;
    this.policy = policy;
  }

  @Override
  public String name() {
    return "RbacEscalation";
  }

  @Override
  public void validate(AdmissionRequest request) {
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    if (!writes || !request.subresource().isEmpty() || request.object().isEmpty()) {
      return;
    }
    if (ROLES.contains(request.resource())) {
      checkRole(request, request.object().get());
    } else if (BINDINGS.contains(request.resource())) {
      checkBinding(request, request.object().get());
    }
  }

  private void checkRole(AdmissionRequest request, ObjectNode role) {
    JsonNode old = request.oldObject().<JsonNode>map(o -> o).orElse(Trees.at(role, "none"));
    boolean unchanged =
        request.oldObject().isPresent()
            && old.path("rules").equals(role.path("rules"))
            && old.path("aggregationRule").equals(role.path("aggregationRule"));
    if (unchanged || request.user().isMaster()) {
      return;
    }
    String name = Trees.name(role);
    if (may(request.user(), "escalate", request.resource(), request.namespace(), name)) {
      return;
    }
    List<PolicyRule> wanted = new ArrayList<>(PolicyRule.listOf(role.path("rules")));
    if (role.path("aggregationRule").isObject()) {
      wanted.add(EVERYTHING);
      wanted.add(EVERY_PATH);
    }
    requireCovered(request, name, wanted);
  }

  private void checkBinding(AdmissionRequest request, ObjectNode binding) {
    JsonNode role = binding.path("roleRef");
    String name = Trees.name(binding);
    if (request.oldObject().isPresent()) {
      ObjectNode old = request.oldObject().get();
      if (!sameRole(old.path("roleRef"), role)) {
        throw Refusals.invalid(
            request.resource(),
            request.kind(),
            name,
            "roleRef",
            "Invalid value: " + role + ": cannot change roleRef");
      }
      if (old.path("subjects").equals(binding.path("subjects"))) {
        return;
      }
    }
    if (request.user().isMaster()) {
      return;
    }
    boolean clusterRole = Trees.text(role, "kind").equals("ClusterRole");
    Resource resource = clusterRole ? Resource.CLUSTER_ROLES : Resource.ROLES;
    String roleName = Trees.text(role, "name");
    if (may(request.user(), "bind", resource, request.namespace(), roleName)) {
      return;
    }
    String roleNamespace = clusterRole ? "" : request.namespace();
    if (!policy.hasRole(roleNamespace, roleName)) {
      throw Refusals.notFound(resource, roleName);
    }
    requireCovered(request, name, policy.rulesOf(roleNamespace, roleName));
  }

  private static boolean sameRole(JsonNode one, JsonNode other) {
    return Trees.text(one, "kind").equals(Trees.text(other, "kind"))
        && Trees.text(one, "name").equals(Trees.text(other, "name"));
  }

  private boolean may(
      UserInfo user, String verb, Resource resource, String namespace, String name) {
    return authorizer.allows(
        AccessRequest.resource(user, verb, resource.group(), resource.name(), "", namespace, name));
  }

  private void requireCovered(AdmissionRequest request, String name, List<PolicyRule> wanted) {
    List<PolicyRule> owned = policy.rulesFor(request.user(), request.namespace());
    List<PolicyRule> missing = Coverage.missing(owned, wanted);
    if (!missing.isEmpty()) {
      StringBuilder rules = new StringBuilder();
      missing.forEach(rule -> rules.append('\n').append(describe(rule)));
      throw Refusals.forbidden(
          request.resource(),
          name,
          "user \""
              + request.user().name()
              + "\" (groups="
              + quoted(request.user().groups())
              + ") is attempting to grant RBAC permissions not currently held:"
              + rules);
    }
  }

  private static String describe(PolicyRule rule) {
    List<String> parts = new ArrayList<>();
    add(parts, "APIGroups", rule.groups());
    add(parts, "Resources", rule.resources());
    add(parts, "ResourceNames", rule.names());
    add(parts, "NonResourceURLs", rule.paths());
    add(parts, "Verbs", rule.verbs());
    return "{" + String.join(", ", parts) + "}";
  }

  private static void add(List<String> parts, String name, List<String> values) {
    if (!values.isEmpty()) {
      parts.add(name + ":" + quoted(values));
    }
  }

  private static String quoted(List<String> values) {
    return "[" + String.join(" ", values.stream().map(v -> "\"" + v + "\"").toList()) + "]";
  }
}
