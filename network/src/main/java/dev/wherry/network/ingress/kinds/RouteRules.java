package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.Rank;
import dev.wherry.network.ingress.route.RequestMatch;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of one HTTPRoute or GRPCRoute, for any host. */
final class RouteRules {
  private static final int BROKEN = 500;

  private final TreeObject route;
  private final ClusterObjects objects;
  private final Grants grants;
  private final boolean grpc;
  private final List<Route> routes = new ArrayList<>();
  private Condition resolved = Condition.yes("ResolvedRefs", "ResolvedRefs");
  private Condition accepted = Condition.yes("Accepted", "Accepted");

  private RouteRules(TreeObject route, ClusterObjects objects, Grants grants) {
    this.route = route;
    this.objects = objects;
    this.grants = grants;
    this.grpc = route.kind().equals(GatewayKinds.GRPC_ROUTE);
  }

  static RouteRules of(TreeObject route, ClusterObjects objects, Grants grants) {
    RouteRules rules = new RouteRules(route, objects, grants);
    int number = 0;
    for (JsonNode rule : route.spec().path("rules")) {
      rules.rule(rule, number++);
    }
    return rules;
  }

  List<Route> routes() {
    return routes;
  }

  Condition resolved() {
    return resolved;
  }

  Condition accepted() {
    return accepted;
  }

  private void rule(JsonNode rule, int number) {
    RouteFilters filters = RouteFilters.of(rule, ref -> backend(ref).key());
    filters
        .problem()
        .ifPresent(why -> accepted = Condition.no("Accepted", "UnsupportedValue", why));
    Action action = filters.redirect().orElse(null);
    if (filters.problem().isPresent()) {
      action = new Action.Refuse(BROKEN, "a filter of the rule is not served");
    } else if (action == null) {
      action = forward(rule.path("backendRefs"));
    }
    JsonNode matches = rule.path("matches");
    int count = Math.max(1, matches.size());
    for (int i = 0; i < count; i++) {
      Optional<RequestMatch> match =
          matches.isEmpty()
              ? Optional.of(RequestMatch.ALL)
              : grpc ? RouteMatches.grpc(matches.get(i)) : RouteMatches.http(matches.get(i));
      if (match.isEmpty()) {
        accepted = Condition.no("Accepted", "UnsupportedValue", "a match is no valid expression");
        continue;
      }
      Rank rank =
          new Rank(
              false,
              GatewayTranslation.created(route),
              route.metadata().namespace(),
              route.metadata().name(),
              number,
              i);
      String owner = route.kind().info().kind() + " " + ObjectKey.of(route);
      routes.add(new Route(HostPattern.ANY, match.get(), rank, filters.filters(), action, owner));
    }
  }

  private Action forward(JsonNode refs) {
    List<Action.Share> shares = new ArrayList<>();
    for (JsonNode ref : refs) {
      int weight = ref.path("weight").asInt(1);
      Found found = backend(ref);
      RouteFilters filters = RouteFilters.of(ref, mirrored -> Optional.empty());
      HeaderEdits request = filters.filters().request();
      HeaderEdits response = filters.filters().response();
      Target target =
          filters.problem().isPresent()
              ? new Target.Broken(BROKEN, "a filter of the backend is not served")
              : found.target();
      if (weight > 0) {
        shares.add(new Action.Share(target, weight, request, response));
      }
    }
    return shares.isEmpty()
        ? new Action.Refuse(BROKEN, "the rule has no backend")
        : Action.Forward.to(shares);
  }

  private record Found(Target target) {
    Optional<BackendKey> key() {
      return target instanceof Target.Backend(BackendKey key) ? Optional.of(key) : Optional.empty();
    }
  }

  private Found backend(JsonNode ref) {
    String home = route.metadata().namespace();
    String name = Trees.text(ref, "name");
    String namespace = Trees.textOr(ref, "namespace", home);
    if (!Trees.text(ref, "group").isEmpty()
        || !Trees.textOr(ref, "kind", "Service").equals("Service")) {
      return broken("InvalidKind", "backends are Services");
    }
    if (!grants.allow(route.kind().info().kind(), home, "Service", namespace, name)) {
      return broken(
          "RefNotPermitted", "no ReferenceGrant leads to service " + namespace + "/" + name);
    }
    Optional<Service> service = objects.service(namespace, name);
    if (service.isEmpty()) {
      return broken("BackendNotFound", "there is no service " + namespace + "/" + name);
    }
    Optional<BackendKey> key = Backends.byNumber(service.get(), ref.path("port").asInt(), grpc);
    if (key.isEmpty() || Backends.isElsewhere(service.get())) {
      return broken(
          "BackendNotFound", "service " + namespace + "/" + name + " has no such port over TCP");
    }
    return new Found(new Target.Backend(key.get()));
  }

  private Found broken(String reason, String message) {
    if (resolved.status()) {
      resolved = Condition.no("ResolvedRefs", reason, message);
    }
    return new Found(new Target.Broken(BROKEN, "a backend of the rule is not valid"));
  }
}
