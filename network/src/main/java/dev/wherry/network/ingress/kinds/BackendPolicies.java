package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.json.Json;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.BackendTls;
import dev.wherry.network.ingress.route.Target;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BackendTLSPolicies: how ports of Services are spoken to. Of two for one port the older counts,
 * and one for a port counts before one for its Service (GEP-1897, GEP-713). Filled by the
 * translation's thread.
 */
final class BackendPolicies {
  /** Gateways that a policy's status names (the API's own limit). */
  private static final int ANCESTORS_MAX = 16;

  private static final int BROKEN = 500;
  private static final String ALL_PORTS = "";

  /** What a policy is for. */
  private record Aim(ObjectKey service, String port) {}

  /** A policy and who came by it. */
  private static final class Policy {
    private final TreeObject object;
    private final PolicyTrust trust;
    private final Set<ObjectKey> gateways = new LinkedHashSet<>();
    private boolean conflicted;

    Policy(TreeObject object, PolicyTrust trust) {
      this.object = object;
      this.trust = trust;
    }
  }

  private final List<Policy> policies = new ArrayList<>();
  private final Map<Aim, Policy> chosen = new HashMap<>();
  private final Map<ObjectKey, Set<Policy>> byService = new HashMap<>();

  private BackendPolicies() {}

  static BackendPolicies of(ClusterObjects objects, Findings findings) {
    BackendPolicies made = new BackendPolicies();
    List<TreeObject> sorted =
        GatewayTranslation.sorted(objects.all(GatewayKinds.BACKEND_TLS_POLICY));
    for (TreeObject object : sorted) {
      made.add(new Policy(object, PolicyTrust.of(object, objects, findings)));
    }
    return made;
  }

  private void add(Policy policy) {
    policies.add(policy);
    for (JsonNode ref : policy.object.spec().path("targetRefs")) {
      if (!Trees.text(ref, "group").isEmpty() || !Trees.text(ref, "kind").equals("Service")) {
        continue;
      }
      ObjectKey service =
          new ObjectKey(policy.object.metadata().namespace(), Trees.text(ref, "name"));
      byService.computeIfAbsent(service, _ -> new LinkedHashSet<>()).add(policy);
      Policy before = chosen.putIfAbsent(new Aim(service, Trees.text(ref, "sectionName")), policy);
      policy.conflicted |= before != null;
    }
  }

  /** A backend as it is to be spoken to. */
  Target apply(Target target) {
    if (!(target instanceof Target.Backend(BackendKey key))) {
      return target;
    }
    ObjectKey service = new ObjectKey(key.namespace(), key.service());
    Policy policy = chosen.get(new Aim(service, key.portName()));
    if (policy == null) {
      policy = chosen.get(new Aim(service, ALL_PORTS));
    }
    if (policy == null) {
      return target;
    }
    BackendTls tls = policy.trust.tls();
    return tls.isNone()
        ? new Target.Broken(BROKEN, "the backend's BackendTLSPolicy is not valid")
        : new Target.Backend(key.with(tls));
  }

  /** A Gateway leads to a Service, so its policies say so. */
  void used(ObjectKey service, ObjectKey gateway) {
    byService.getOrDefault(service, Set.of()).forEach(policy -> policy.gateways.add(gateway));
  }

  /** What is to be said of them all, once all routes were looked at. */
  void report(Findings findings) {
    for (Policy policy : policies) {
      if (policy.trust.awaited()) {
        continue;
      }
      ObjectNode status = Json.object();
      ArrayNode ancestors = status.putArray("ancestors");
      policy.gateways.stream()
          .limit(ANCESTORS_MAX)
          .forEach(gateway -> write(policy, gateway, ancestors.addObject()));
      findings.status(policy.object, status);
    }
  }

  private static void write(Policy policy, ObjectKey gateway, ObjectNode ancestor) {
    ancestor
        .putObject("ancestorRef")
        .put("group", GatewayKinds.GROUP)
        .put("kind", "Gateway")
        .put("namespace", gateway.namespace())
        .put("name", gateway.name());
    ancestor.put("controllerName", GatewayKinds.CONTROLLER);
    ArrayNode conditions = ancestor.putArray("conditions");
    Condition accepted =
        policy.conflicted
            ? Condition.no("Accepted", "Conflicted", "an older policy is for the same target")
            : policy.trust.accepted();
    accepted.write(conditions, policy.object.generation());
    policy.trust.resolved().write(conditions, policy.object.generation());
  }
}
