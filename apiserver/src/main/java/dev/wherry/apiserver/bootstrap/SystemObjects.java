package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.metrics.MetricsKinds;
import dev.wherry.model.json.Json;
import java.util.List;

/**
 * Namespaces, priority classes and more that every cluster has; created when missing, never
 * changed.
 */
public final class SystemObjects {
  /** Value of {@code system-cluster-critical}. */
  static final int CLUSTER_CRITICAL = 2_000_000_000;

  /** Value of {@code system-node-critical}. */
  static final int NODE_CRITICAL = CLUSTER_CRITICAL + 1000;

  /** As metrics-server registers itself. */
  private static final int METRICS_GROUP_PRIORITY = 100;

  private static final int METRICS_VERSION_PRIORITY = 100;

  private SystemObjects() {}

  /** default, kube-system, kube-public and kube-node-lease. */
  public static List<ObjectNode> namespaces() {
    return List.of("default", "kube-system", "kube-public", "kube-node-lease").stream()
        .map(SystemObjects::namespace)
        .toList();
  }

  /** The two classes that pods of the system may name. */
  public static List<ObjectNode> priorityClasses() {
    return List.of(
        priorityClass(
            "system-node-critical",
            NODE_CRITICAL,
            "Used for system critical pods that must not be moved from their current node."),
        priorityClass(
            "system-cluster-critical",
            CLUSTER_CRITICAL,
            "Used for system critical pods that must run in the cluster, but can be moved to"
                + " another node if necessary."));
  }

  /**
   * The APIService of the one group that a server of the user's may take over; made at the start
   * only, so that a user may remove it.
   */
  static List<ObjectNode> apiServices() {
    ObjectNode service = Json.object();
    service.put("apiVersion", "apiregistration.k8s.io/v1").put("kind", "APIService");
    service
        .putObject("metadata")
        .put("name", MetricsKinds.VERSION + "." + MetricsKinds.GROUP)
        .putObject("labels")
        .put("kube-aggregator.kubernetes.io/automanaged", "onstart");
    service
        .putObject("spec")
        .put("group", MetricsKinds.GROUP)
        .put("version", MetricsKinds.VERSION)
        .put("groupPriorityMinimum", METRICS_GROUP_PRIORITY)
        .put("versionPriority", METRICS_VERSION_PRIORITY);
    return List.of(service);
  }

  private static ObjectNode namespace(String name) {
    ObjectNode namespace = Json.object();
    namespace.put("apiVersion", "v1").put("kind", "Namespace");
    namespace
        .putObject("metadata")
        .put("name", name)
        .putObject("labels")
        .put("kubernetes.io/metadata.name", name);
    namespace.putObject("spec").putArray("finalizers").add("kubernetes");
    namespace.putObject("status").put("phase", "Active");
    return namespace;
  }

  private static ObjectNode priorityClass(String name, int value, String description) {
    ObjectNode priority = Json.object();
    priority.put("apiVersion", "scheduling.k8s.io/v1").put("kind", "PriorityClass");
    priority.putObject("metadata").put("name", name);
    return priority
        .put("value", value)
        .put("description", description)
        .put("preemptionPolicy", "PreemptLowerPriority");
  }
}
