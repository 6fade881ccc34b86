package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.json.Json;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.StreamRoute;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings routes and listeners together, and says in each route's status how that went. */
final class RouteTranslation {
  private final ClusterObjects objects;
  private final Findings findings;
  private final Grants grants;
  private final BackendPolicies policies;
  private final Map<ObjectKey, List<GatewayListener>> gateways;

  RouteTranslation(
      ClusterObjects objects,
      Findings findings,
      Grants grants,
      BackendPolicies policies,
      Map<ObjectKey, List<GatewayListener>> gateways) {
    this.objects = objects;
    this.findings = findings;
    this.grants = grants;
    this.policies = policies;
    this.gateways = gateways;
  }

  void route(TreeObject route) {
    String home = route.metadata().namespace();
    ArrayNode parents = Json.array();
    RouteRules rules = null;
    for (JsonNode ref : route.spec().path("parentRefs")) {
      List<GatewayListener> listeners = gateways.get(gatewayOf(ref, home));
      if (listeners == null || !isGateway(ref)) {
        continue;
      }
      if (rules == null) {
        rules = RouteRules.of(route, objects, grants, policies);
      }
      Condition accepted = attach(route, ref, listeners, rules);
      ObjectNode parent = parents.addObject();
      parent.set("parentRef", ref);
      parent.put("controllerName", GatewayKinds.CONTROLLER);
      ArrayNode conditions = parent.putArray("conditions");
      accepted.write(conditions, route.generation());
      rules.resolved().write(conditions, route.generation());
    }
    // Also where no parent is ours any more: what was said of it is taken back.
    ObjectNode status = Json.object();
    status.set("parents", parents);
    findings.status(route, status);
  }

  private static boolean isGateway(JsonNode ref) {
    return Trees.textOr(ref, "group", GatewayKinds.GROUP).equals(GatewayKinds.GROUP)
        && Trees.textOr(ref, "kind", "Gateway").equals("Gateway");
  }

  private static ObjectKey gatewayOf(JsonNode ref, String home) {
    return new ObjectKey(Trees.textOr(ref, "namespace", home), Trees.text(ref, "name"));
  }

  private Condition attach(
      TreeObject route, JsonNode ref, List<GatewayListener> listeners, RouteRules rules) {
    List<GatewayListener> named = listeners.stream().filter(one -> isNamed(one, ref)).toList();
    if (named.isEmpty()) {
      return Condition.no("Accepted", "NoMatchingParent", "the Gateway has no such listener");
    }
    String kind = route.kind().info().kind();
    String namespace = route.metadata().namespace();
    List<GatewayListener> allowing =
        named.stream()
            .filter(one -> one.allowsKind(kind) && one.allowsNamespace(namespace, objects))
            .toList();
    if (allowing.isEmpty()) {
      return Condition.no("Accepted", "NotAllowedByListeners", "no listener allows this route");
    }
    boolean attached = false;
    for (GatewayListener listener : allowing) {
      List<HostPattern> hosts = hosts(route, listener);
      if (!hosts.isEmpty()) {
        attached = true;
        listener.attach();
        ObjectKey gateway = ObjectKey.of(listener.gateway());
        rules.services().forEach(service -> policies.used(service, gateway));
        if (listener.isProgrammed()) {
          add(listener, hosts, rules);
        }
      }
    }
    if (!attached) {
      return Condition.no(
          "Accepted", "NoMatchingListenerHostname", "no listener has one of the route's hostnames");
    }
    return rules.accepted();
  }

  private static boolean isNamed(GatewayListener listener, JsonNode ref) {
    String section = Trees.text(ref, "sectionName");
    JsonNode port = ref.path("port");
    return (section.isEmpty() || section.equals(listener.name()))
        && (!port.isInt() || port.intValue() == listener.port());
  }

  private static List<HostPattern> hosts(TreeObject route, GatewayListener listener) {
    JsonNode names = route.spec().path("hostnames");
    if (names.isEmpty()) {
      return List.of(listener.host());
    }
    List<HostPattern> hosts = new ArrayList<>();
    for (JsonNode name : names) {
      Optional<HostPattern> both = listener.host().intersect(HostPattern.ofGateway(name.asText()));
      both.filter(host -> !hosts.contains(host)).ifPresent(hosts::add);
    }
    return hosts;
  }

  private void add(GatewayListener listener, List<HostPattern> hosts, RouteRules rules) {
    for (HostPattern host : hosts) {
      for (Route route : rules.routes()) {
        listener.table().add(listener.port(), listener.host(), route.at(host));
      }
      for (StreamRoute stream : rules.streams(listener.ends())) {
        listener.table().add(listener.port(), listener.host(), stream.at(host));
      }
    }
  }
}
