package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.machinery.edge.EdgeClasses;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The Secrets that Ingresses and Gateways of our classes name as certificates: every node serves
 * them, so every node may read them, and no others (decision 0280). A Gateway's certificate in
 * another namespace counts only with a ReferenceGrant there. Likewise the ConfigMaps by which
 * BackendTLSPolicies judge backends. Written by the view's thread alone; any thread reads.
 */
public final class EdgeSecrets {
  private static final String NETWORKING = "networking.k8s.io";
  private static final String GATEWAY = "Gateway";
  private static final String INGRESS = "Ingress";
  private static final String POLICY = "BackendTLSPolicy";
  private static final String CONFIG_MAP = "ConfigMap";

  /** A Secret (of kind ""), a ConfigMap, or an object that names some. */
  private record Ref(String kind, String namespace, String name) {}

  /** Who names a Secret, and of which class that is. */
  private record Owner(Ref object, String className) {}

  private final Map<Ref, Set<Owner>> owners = new ConcurrentHashMap<>();
  private final Map<Ref, Set<Ref>> named = new ConcurrentHashMap<>();
  private final Set<String> ingressClasses = ConcurrentHashMap.newKeySet();
  private final Set<String> gatewayClasses = ConcurrentHashMap.newKeySet();
  private final Map<Ref, JsonNode> grants = new ConcurrentHashMap<>();

  /** Follows Ingresses, Gateways, their classes and ReferenceGrants of a view. */
  public static EdgeSecrets following(ObjectView view) {
    EdgeSecrets edge = new EdgeSecrets();
    String group = EdgeClasses.GATEWAY_GROUP;
    edge.followClasses(
        view,
        new Resource(NETWORKING, "ingressclasses"),
        "controller",
        EdgeClasses.INGRESS_CONTROLLER,
        edge.ingressClasses);
    edge.followClasses(
        view,
        new Resource(group, "gatewayclasses"),
        "controllerName",
        EdgeClasses.GATEWAY_CONTROLLER,
        edge.gatewayClasses);
    follow(
        view,
        new Resource(group, "referencegrants"),
        grant ->
            edge.grants.put(
                new Ref("", Trees.namespace(grant), Trees.name(grant)), grant.path("spec")),
        (namespace, name) -> edge.grants.remove(new Ref("", namespace, name)));
    follow(
        view,
        new Resource(NETWORKING, "ingresses"),
        edge::ingress,
        (namespace, name) -> edge.put(new Ref(INGRESS, namespace, name), "", Set.of()));
    follow(
        view,
        new Resource(group, "gateways"),
        edge::gateway,
        (namespace, name) -> edge.put(new Ref(GATEWAY, namespace, name), "", Set.of()));
    follow(
        view,
        new Resource(group, "backendtlspolicies"),
        edge::policy,
        (namespace, name) -> edge.put(new Ref(POLICY, namespace, name), "", Set.of()));
    return edge;
  }

  /** True where backends of Gateways are judged by what this ConfigMap of theirs says. */
  boolean trusts(String namespace, String name) {
    return !gatewayClasses.isEmpty() && owners.containsKey(new Ref(CONFIG_MAP, namespace, name));
  }

  /** True where an Ingress or a Gateway of ours shows this certificate. */
  boolean shows(String namespace, String name) {
    Ref secret = new Ref("", namespace, name);
    return owners.getOrDefault(secret, Set.of()).stream().anyMatch(owner -> counts(owner, secret));
  }

  private boolean counts(Owner owner, Ref secret) {
    if (owner.object().kind().equals(INGRESS)) {
      return ingressClasses.contains(owner.className());
    }
    String home = owner.object().namespace();
    return gatewayClasses.contains(owner.className())
        && (home.equals(secret.namespace())
            || grants.entrySet().stream()
                .filter(grant -> grant.getKey().namespace().equals(secret.namespace()))
                .anyMatch(grant -> allows(grant.getValue(), home, secret.name())));
  }

  private static boolean allows(JsonNode grant, String home, String secret) {
    boolean from = false;
    for (JsonNode one : grant.path("from")) {
      from |=
          Trees.text(one, "group").equals(EdgeClasses.GATEWAY_GROUP)
              && Trees.text(one, "kind").equals(GATEWAY)
              && Trees.text(one, "namespace").equals(home);
    }
    boolean to = false;
    for (JsonNode one : grant.path("to")) {
      String only = Trees.text(one, "name");
      to |=
          Trees.text(one, "group").isEmpty()
              && Trees.text(one, "kind").equals("Secret")
              && (only.isEmpty() || only.equals(secret));
    }
    return from && to;
  }

  private void followClasses(
      ObjectView view, Resource resource, String field, String controller, Set<String> ours) {
    follow(
        view,
        resource,
        one -> {
          if (Trees.text(one, "spec", field).equals(controller)) {
            ours.add(Trees.name(one));
          } else {
            ours.remove(Trees.name(one));
          }
        },
        (_, name) -> ours.remove(name));
  }

  private static void follow(
      ObjectView view,
      Resource resource,
      Consumer<ObjectNode> stored,
      BiConsumer<String, String> removed) {
    view.subscribe(
        resource,
        new ObjectListener() {
          @Override
          public void stored(ObjectNode object) {
            stored.accept(object);
          }

          @Override
          public void removed(String namespace, String name) {
            removed.accept(namespace, name);
          }
        });
  }

  private void ingress(ObjectNode ingress) {
    Ref ref = new Ref(INGRESS, Trees.namespace(ingress), Trees.name(ingress));
    String className = Trees.text(ingress, "spec", "ingressClassName");
    if (className.isEmpty()) {
      className = Trees.text(ingress, "metadata", "annotations", EdgeClasses.INGRESS_ANNOTATION);
    }
    Set<Ref> secrets = new HashSet<>();
    for (JsonNode tls : Trees.at(ingress, "spec", "tls")) {
      add(secrets, ref.namespace(), Trees.text(tls, "secretName"));
    }
    put(ref, className, secrets);
  }

  private void gateway(ObjectNode gateway) {
    Ref ref = new Ref(GATEWAY, Trees.namespace(gateway), Trees.name(gateway));
    Set<Ref> secrets = new HashSet<>();
    for (JsonNode listener : Trees.at(gateway, "spec", "listeners")) {
      for (JsonNode certificate : Trees.at(listener, "tls", "certificateRefs")) {
        String namespace = Trees.text(certificate, "namespace");
        add(
            secrets,
            namespace.isEmpty() ? ref.namespace() : namespace,
            Trees.text(certificate, "name"));
      }
    }
    put(ref, Trees.text(gateway, "spec", "gatewayClassName"), secrets);
  }

  private void policy(ObjectNode policy) {
    Ref ref = new Ref(POLICY, Trees.namespace(policy), Trees.name(policy));
    Set<Ref> named = new HashSet<>();
    for (JsonNode authority : Trees.at(policy, "spec", "validation", "caCertificateRefs")) {
      if (Trees.text(authority, "kind").equals(CONFIG_MAP)) {
        named.add(new Ref(CONFIG_MAP, ref.namespace(), Trees.text(authority, "name")));
      }
    }
    put(ref, "", named);
  }

  private static void add(Set<Ref> secrets, String namespace, String name) {
    if (!name.isEmpty()) {
      secrets.add(new Ref("", namespace, name));
    }
  }

  @SuppressWarnings("NullAway") // ConcurrentHashMap removes the entry when the function gives null
  private void put(Ref object, String className, Set<Ref> secrets) {
    Owner owner = new Owner(object, className);
    for (Ref secret : secrets) {
      owners.computeIfAbsent(secret, _ -> ConcurrentHashMap.newKeySet()).add(owner);
    }
    Set<Ref> before = secrets.isEmpty() ? named.remove(object) : named.put(object, secrets);
    for (Ref secret : before == null ? List.<Ref>of() : List.copyOf(before)) {
      owners.computeIfPresent(
          secret,
          (_, all) -> {
            all.removeIf(one ->
                one.object().equals(object) && !(secrets.contains(secret) && one.equals(owner)));
            return all.isEmpty() ? null : all;
          });
    }
  }
}
