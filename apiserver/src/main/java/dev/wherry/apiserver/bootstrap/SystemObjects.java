package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.metrics.MetricsKinds;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
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

  /** Group, version, priority of the group, of the version (kube-apiserver's list). */
  private static final String LOCAL_APIS =
      """
      core v1 18000 1
      apps v1 17800 15
      events.k8s.io v1 17750 15
      authentication.k8s.io v1 17700 15
      authorization.k8s.io v1 17600 15
      autoscaling v2 17500 30
      autoscaling v1 17500 15
      batch v1 17400 15
      certificates.k8s.io v1 17300 15
      networking.k8s.io v1 17200 15
      policy v1 17100 15
      rbac.authorization.k8s.io v1 17000 15
      storage.k8s.io v1 16800 15
      apiextensions.k8s.io v1 16700 15
      admissionregistration.k8s.io v1 16700 15
      scheduling.k8s.io v1 16600 15
      coordination.k8s.io v1 16500 15
      node.k8s.io v1 16300 15
      resource.k8s.io v1 16200 21
      discovery.k8s.io v1 16200 15
      flowcontrol.apiserver.k8s.io v1 16100 21
      """;

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
   * The APIServices of this server's own groups and versions, and that of the one group which a
   * server of the user's may take over. They are made at the start only, so that a user may remove
   * them.
   */
  static List<ObjectNode> apiServices() {
    List<ObjectNode> services = new ArrayList<>();
    for (String line : LOCAL_APIS.lines().toList()) {
      String[] cells = line.split(" ");
      services.add(
          LocalApiService.of(
              cells[0].equals("core") ? "" : cells[0],
              cells[1],
              Integer.parseInt(cells[2]),
              Integer.parseInt(cells[3]),
              LocalApiService.ON_START));
    }
    services.add(
        LocalApiService.of(
            MetricsKinds.GROUP,
            MetricsKinds.VERSION,
            METRICS_GROUP_PRIORITY,
            METRICS_VERSION_PRIORITY,
            LocalApiService.ON_START));
    return services;
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
