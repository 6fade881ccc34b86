package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.metrics.MetricsKinds;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Health checks under the names that kube-apiserver gives them, where this server has the same to
 * do: the store answers, the cache follows it, and what the start makes has been made. Of a start
 * hook it holds that one that is done stays done, even if somebody removes what it made.
 */
final class StartChecks {
  private static final Duration CACHE_BEHIND_MAX = Duration.ofSeconds(1);

  private StartChecks() {}

  /** What must hold, or the server should be started anew. */
  static Map<String, BooleanSupplier> living(WatchCache cache, BooleanSupplier storeAnswers) {
    Map<String, BooleanSupplier> checks = new LinkedHashMap<>();
    checks.put("etcd", storeAnswers);
    checks.put(
        "poststarthook/priority-and-fairness-config-producer",
        made(cache, new Resource("flowcontrol.apiserver.k8s.io", "flowschemas"), "", "catch-all"));
    checks.put(
        "poststarthook/start-system-namespaces-controller",
        made(cache, Resource.NAMESPACES, "", "kube-system"));
    checks.put(
        "poststarthook/start-cluster-authentication-info-controller",
        made(
            cache,
            new Resource("", "configmaps"),
            "kube-system",
            "extension-apiserver-authentication"));
    checks.put(
        "poststarthook/rbac/bootstrap-roles",
        made(cache, Resource.CLUSTER_ROLES, "", "cluster-admin"));
    checks.put(
        "poststarthook/scheduling/bootstrap-system-priority-classes",
        made(cache, Resource.PRIORITY_CLASSES, "", "system-node-critical"));
    checks.put(
        "autoregister-completion",
        made(cache, Aggregator.API_SERVICES, "", MetricsKinds.VERSION + "." + MetricsKinds.GROUP));
    return checks;
  }

  /** What must hold beside it for requests to be answered well. */
  static Map<String, BooleanSupplier> ready(
      WatchCache cache,
      LongSupplier revision,
      BooleanSupplier storeAnswers,
      Map<String, BooleanSupplier> more) {
    Map<String, BooleanSupplier> checks = new LinkedHashMap<>();
    checks.put("etcd-readiness", storeAnswers);
    checks.put("informer-sync", () -> follows(cache, revision.getAsLong()));
    checks.putAll(more);
    return checks;
  }

  private static boolean follows(WatchCache cache, long revision) {
    try {
      cache.await(revision, CACHE_BEHIND_MAX);
      return true;
    } catch (ApiException e) {
      return false;
    }
  }

  private static BooleanSupplier made(
      WatchCache cache, Resource resource, String namespace, String name) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (!done.get() && cache.get(resource, namespace, name).isPresent()) {
        done.set(true);
      }
      return done.get();
    };
  }
}
