package dev.wherry.network.policy;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.trees.TreeObject;
import java.nio.charset.StandardCharsets;

/** Policies and pods as short YAML. */
final class PolicyObjects {
  private PolicyObjects() {}

  /**
   * A policy of a namespace.
   *
   * @param spec one line of YAML inside braces
   */
  static NetworkPolicy policy(String namespace, String name, String spec) {
    return read(
        NetworkPolicy.KIND,
        "{metadata: {namespace: '%s', name: %s}, spec: {%s}}".formatted(namespace, name, spec));
  }

  /**
   * A policy of the cluster.
   *
   * @param spec one line of YAML inside braces
   */
  static TreeObject clusterPolicy(String name, String spec) {
    return read(ClusterPolicy.KIND, "{metadata: {name: %s}, spec: {%s}}".formatted(name, spec));
  }

  /**
   * A running pod.
   *
   * @param labels one line of YAML inside braces
   */
  static Pod pod(String namespace, String name, String node, String address, String labels) {
    return read(
        Pod.KIND,
        """
        metadata: {namespace: '%s', name: %s, labels: {%s}}
        spec:
          nodeName: %s
          containers:
          - name: c
            ports:
            - {name: serve, containerPort: 80}
            - {name: dns, containerPort: 53, protocol: UDP}
        status: {phase: Running, podIP: %5$s, podIPs: [{ip: %5$s}]}
        """
            .formatted(namespace, name, labels, node, address));
  }

  static <T extends KubeObject> T read(Kind<T> kind, String yaml) {
    return kind.decode(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree());
  }
}
