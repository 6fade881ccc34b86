package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.kind.Kind;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.Rank;
import dev.wherry.network.ingress.route.RequestMatch;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.StreamRoute;
import dev.wherry.network.ingress.route.Target;
import dev.wherry.network.trees.TreeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The rules of one HTTPRoute, GRPCRoute, TLSRoute or TCPRoute, for any host. */
final class RouteRules {
  private static final int BROKEN = 500;

  /** Routes of connections, and not of requests. */
  private static final Set<Kind<TreeObject>> CONNECTIONS =
      Set.of(GatewayKinds.TLS_ROUTE, GatewayKinds.TCP_ROUTE);

  private final TreeObject route;
  private final RouteBackends backends;
  private final BackendPolicies policies;
  private final boolean grpc;
  private final List<Route> routes = new ArrayList<>();
  private final List<StreamRoute> streams = new ArrayList<>();
  private Condition accepted = Condition.yes("Accepted", "Accepted");

  private RouteRules(
      TreeObject route, ClusterObjects objects, Grants grants, BackendPolicies policies) {
    this.route = route;
    this.policies = policies;
    this.grpc = route.kind().equals(GatewayKinds.GRPC_ROUTE);
    this.backends = new RouteBackends(route, objects, grants, grpc);
  }

  static RouteRules of(
      TreeObject route, ClusterObjects objects, Grants grants, BackendPolicies policies) {
    RouteRules rules = new RouteRules(route, objects, grants, policies);
    int number = 0;
    for (JsonNode rule : route.spec().path("rules")) {
      if (CONNECTIONS.contains(route.kind())) {
        rules.stream(rule, number++);
      } else {
        rules.rule(rule, number++);
      }
    }
    return rules;
  }

  List<Route> routes() {
    return routes;
  }

  /**
   * Those for connections.
   *
   * @param ended whether TLS ends at the listener
   */
  List<StreamRoute> streams(boolean ended) {
    return streams.stream().filter(stream -> stream.ended() == ended).toList();
  }

  /** The Services that requests may go to. */
  Set<ObjectKey> services() {
    return backends.services();
  }

  Condition resolved() {
    return backends.resolved();
  }

  Condition accepted() {
    return accepted;
  }

  private void rule(JsonNode rule, int number) {
    RouteFilters filters = RouteFilters.of(rule, ref -> key(secured(ref)));
    filters
        .problem()
        .ifPresent(why -> accepted = Condition.no("Accepted", "UnsupportedValue", why));
    Action action = filters.redirect().orElse(null);
    if (filters.problem().isPresent()) {
      action = new Action.Refuse(BROKEN, "a filter of the rule is not served");
    } else if (action == null) {
      action = forward(rule.path("backendRefs"), this::secured);
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
      routes.add(
          new Route(
              HostPattern.ANY, match.get(), rank(number, i), filters.filters(), action, owner()));
    }
  }

  /** Where TLS does not end here nobody but the client judges the backend's certificate. */
  private void stream(JsonNode rule, int number) {
    JsonNode refs = rule.path("backendRefs");
    Action passed = forward(refs, backends::target);
    Action ended = forward(refs, this::secured);
    streams.add(new StreamRoute(HostPattern.ANY, rank(number, 0), false, passed, owner()));
    streams.add(new StreamRoute(HostPattern.ANY, rank(number, 0), true, ended, owner()));
  }

  private Rank rank(int rule, int match) {
    return new Rank(
        false,
        GatewayTranslation.created(route),
        route.metadata().namespace(),
        route.metadata().name(),
        rule,
        match);
  }

  private String owner() {
    return route.kind().info().kind() + " " + ObjectKey.of(route);
  }

  private Target secured(JsonNode ref) {
    return policies.apply(backends.target(ref));
  }

  private static Optional<BackendKey> key(Target target) {
    return target instanceof Target.Backend(BackendKey key) ? Optional.of(key) : Optional.empty();
  }

  private static Action forward(JsonNode refs, Function<JsonNode, Target> targets) {
    List<Action.Share> shares = new ArrayList<>();
    for (JsonNode ref : refs) {
      int weight = ref.path("weight").asInt(1);
      Target found = targets.apply(ref);
      RouteFilters filters = RouteFilters.of(ref, mirrored -> Optional.empty());
      HeaderEdits request = filters.filters().request();
      HeaderEdits response = filters.filters().response();
      Target target =
          filters.problem().isPresent()
              ? new Target.Broken(BROKEN, "a filter of the backend is not served")
              : found;
      if (weight > 0) {
        shares.add(new Action.Share(target, weight, request, response));
      }
    }
    return shares.isEmpty()
        ? new Action.Refuse(BROKEN, "the rule has no backend")
        : Action.Forward.to(shares);
  }
}
