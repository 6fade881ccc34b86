package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Target;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Finds the Services that a route names, and remembers what is wrong with them. */
final class RouteBackends {
  private static final int BROKEN = 500;

  private final TreeObject route;
  private final ClusterObjects objects;
  private final Grants grants;
  private final boolean http2;
  private final Set<ObjectKey> services = new LinkedHashSet<>();
  private Condition resolved = Condition.yes("ResolvedRefs", "ResolvedRefs");

  /**
   * @param http2 whether they are all spoken to by HTTP/2
   */
  RouteBackends(TreeObject route, ClusterObjects objects, Grants grants, boolean http2) {
    this.route = route;
    this.objects = objects;
    this.grants = grants;
    this.http2 = http2;
  }

  /** Whether all were found. */
  Condition resolved() {
    return resolved;
  }

  /** Those that were found. */
  Set<ObjectKey> services() {
    return services;
  }

  Target target(JsonNode ref) {
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
    Optional<BackendKey> key = Backends.byNumber(service.get(), ref.path("port").asInt(), http2);
    if (key.isEmpty() || Backends.isElsewhere(service.get())) {
      return broken(
          "BackendNotFound", "service " + namespace + "/" + name + " has no such port over TCP");
    }
    services.add(new ObjectKey(namespace, name));
    return new Target.Backend(key.get());
  }

  private Target broken(String reason, String message) {
    if (resolved.status()) {
      resolved = Condition.no("ResolvedRefs", reason, message);
    }
    return new Target.Broken(BROKEN, "a backend of the rule is not valid");
  }
}
