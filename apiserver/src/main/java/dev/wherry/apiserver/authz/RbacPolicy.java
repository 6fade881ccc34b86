package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All roles and bindings, compiled: rules by role, bindings by subject. Written by the watch
 * cache's event thread alone; any thread reads without waiting.
 */
public final class RbacPolicy {
  private static final String CLUSTER_ROLE = "ClusterRole";

  /** A role by scope and name; namespace "" for cluster roles. */
  record RoleKey(String namespace, String name) {}

  /** A subject; service accounts stand under their user name. */
  private record Subject(boolean group, String name) {}

  /** A subject within the scope of a binding; namespace "" for cluster role bindings. */
  private record Slot(String namespace, Subject subject) {}

  /** A binding as one of its subjects sees it. */
  record Bound(String bindingNamespace, String bindingName, RoleKey role, String subject) {
    String reason() {
      boolean cluster = bindingNamespace.isEmpty();
      return "RBAC: allowed by "
          + (cluster ? "ClusterRoleBinding \"" : "RoleBinding \"")
          + bindingName
          + (cluster ? "" : "/" + bindingNamespace)
          + "\" of "
          + (role.namespace().isEmpty() ? CLUSTER_ROLE : "Role")
          + " \""
          + role.name()
          + "\" to "
          + subject;
    }
  }

  private final Map<RoleKey, List<PolicyRule>> roles = new ConcurrentHashMap<>();
  private final Map<Slot, List<Bound>> bounds = new ConcurrentHashMap<>();
  // Only the event thread touches this: what to take out when a binding changes.
  private final Map<RoleKey, List<Slot>> slotsOfBinding = new HashMap<>();

  /** Sees one binding of a user; returns false to stop. */
  @FunctionalInterface
  interface BoundVisitor {
    boolean visit(Bound bound, List<PolicyRule> rules);
  }

  /** Follows the four RBAC resources of a view. */
  public static RbacPolicy following(ObjectView view) {
    RbacPolicy policy = new RbacPolicy();
    policy.follow(view, Resource.CLUSTER_ROLES, policy::putRole, policy.roles::remove);
    policy.follow(view, Resource.ROLES, policy::putRole, policy.roles::remove);
    policy.follow(view, Resource.CLUSTER_ROLE_BINDINGS, policy::putBinding, policy::removeBinding);
    policy.follow(view, Resource.ROLE_BINDINGS, policy::putBinding, policy::removeBinding);
    return policy;
  }

  private interface Removal {
    void remove(RoleKey key);
  }

  private interface Arrival {
    void put(JsonNode object);
  }

  private void follow(ObjectView view, Resource resource, Arrival arrival, Removal removal) {
    view.subscribe(
        resource,
        new ObjectListener() {
          @Override
          public void stored(ObjectNode object) {
            arrival.put(object);
          }

          @Override
          public void removed(String namespace, String name) {
            removal.remove(new RoleKey(namespace, name));
          }
        });
  }

  /** Takes a Role or ClusterRole. */
  void putRole(JsonNode role) {
    RoleKey key = new RoleKey(Trees.namespace(role), Trees.name(role));
    roles.put(key, PolicyRule.listOf(role.path("rules")));
  }

  /** Takes a RoleBinding or ClusterRoleBinding in place of the one of the same name. */
  void putBinding(JsonNode binding) {
    RoleKey key = new RoleKey(Trees.namespace(binding), Trees.name(binding));
    removeBinding(key);
    boolean clusterRole = Trees.text(binding, "roleRef", "kind").equals(CLUSTER_ROLE);
    RoleKey role =
        new RoleKey(clusterRole ? "" : key.namespace(), Trees.text(binding, "roleRef", "name"));
    List<Slot> slots = new ArrayList<>();
    for (JsonNode subject : binding.path("subjects")) {
      Bound bound = new Bound(key.namespace(), key.name(), role, describe(subject));
      Slot slot = new Slot(key.namespace(), subjectOf(subject, key.namespace()));
      bounds.merge(slot, List.of(bound), RbacPolicy::joined);
      slots.add(slot);
    }
    slotsOfBinding.put(key, slots);
  }

  /** Forgets a binding; unknown ones are passed over. */
  void removeBinding(RoleKey key) {
    for (Slot slot : slotsOfBinding.getOrDefault(key, List.of())) {
      bounds.computeIfPresent(
          slot,
          (_, old) -> {
            List<Bound> rest =
                old.stream()
                    .filter(b ->
                        !b.bindingName().equals(key.name())
                            || !b.bindingNamespace().equals(key.namespace()))
                    .toList();
            return rest.isEmpty() ? null : rest;
          });
    }
    slotsOfBinding.remove(key);
  }

  /** Visits every binding of the user that holds in {@code namespace} ("" = cluster scope only). */
  void visit(UserInfo user, String namespace, BoundVisitor visitor) {
    if (!visitScope(user, "", visitor) || namespace.isEmpty()) {
      return;
    }
    visitScope(user, namespace, visitor);
  }

  /** The rules of a role, or none when there is no such role. */
  public List<PolicyRule> rulesOf(String namespace, String name) {
    return roles.getOrDefault(new RoleKey(namespace, name), List.of());
  }

  /** True when the role exists. */
  public boolean hasRole(String namespace, String name) {
    return roles.containsKey(new RoleKey(namespace, name));
  }

  /** All rules a user has in a namespace, in no particular order. */
  public List<PolicyRule> rulesFor(UserInfo user, String namespace) {
    List<PolicyRule> all = new ArrayList<>();
    visit(
        user,
        namespace,
        (_, rules) -> {
          all.addAll(rules);
          return true;
        });
    return all;
  }

  private boolean visitScope(UserInfo user, String namespace, BoundVisitor visitor) {
    if (!visitSlot(new Slot(namespace, new Subject(false, user.name())), visitor)) {
      return false;
    }
    for (String group : user.groups()) {
      if (!visitSlot(new Slot(namespace, new Subject(true, group)), visitor)) {
        return false;
      }
    }
    return true;
  }

  private boolean visitSlot(Slot slot, BoundVisitor visitor) {
    for (Bound bound : bounds.getOrDefault(slot, List.of())) {
      List<PolicyRule> rules = roles.getOrDefault(bound.role(), List.of());
      if (!visitor.visit(bound, rules)) {
        return false;
      }
    }
    return true;
  }

  private static Subject subjectOf(JsonNode subject, String bindingNamespace) {
    String name = Trees.text(subject, "name");
    return switch (Trees.text(subject, "kind")) {
      case "Group" -> new Subject(true, name);
      case "ServiceAccount" -> {
        String namespace = Trees.text(subject, "namespace");
        String home = namespace.isEmpty() ? bindingNamespace : namespace;
        yield new Subject(false, UserInfo.serviceAccountName(home, name));
      }
      default -> new Subject(false, name);
    };
  }

  private static String describe(JsonNode subject) {
    String kind = Trees.text(subject, "kind");
    String name = Trees.text(subject, "name");
    if (kind.equals("ServiceAccount")) {
      name = name + "/" + Trees.text(subject, "namespace");
    }
    return kind + " \"" + name + "\"";
  }

  private static List<Bound> joined(List<Bound> one, List<Bound> other) {
    List<Bound> all = new ArrayList<>(one);
    all.addAll(other);
    return List.copyOf(all);
  }
}
