package dev.wherry.network.policy;

import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.trees.TreeObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What policies are judged by.
 *
 * @param ranges of this node's pods
 * @param clusterPolicies in their order
 * @param namespaces labels by name
 * @param nodes all of the cluster where a policy names nodes, else none
 */
record World(
    String nodeName,
    List<Cidr> ranges,
    List<NetworkPolicy> policies,
    List<ClusterPolicy> clusterPolicies,
    List<PolicyPod> pods,
    Map<String, Map<String, String>> namespaces,
    List<PolicyNode> nodes) {
  World {
    ranges = List.copyOf(ranges);
    policies = List.copyOf(policies);
    clusterPolicies = List.copyOf(clusterPolicies);
    pods = List.copyOf(pods);
    namespaces = Map.copyOf(namespaces);
    nodes = List.copyOf(nodes);
  }

  /** What the API has; pods without an address of their own are left out. */
  static World of(
      String nodeName,
      Optional<Node> node,
      List<NetworkPolicy> policies,
      List<TreeObject> clusterPolicies,
      List<Pod> pods,
      List<Namespace> namespaces,
      List<Node> nodes) {
    Map<String, Map<String, String>> labels = new HashMap<>();
    namespaces.forEach(each -> labels.put(each.metadata().name(), each.metadata().labels()));
    return new World(
        nodeName,
        node.map(n -> n.spec().podCIDRs().stream().map(Cidr::parse).toList()).orElse(List.of()),
        policies,
        clusterPolicies.stream()
            .flatMap(policy -> ClusterPolicy.of(policy, nodeName).stream())
            .sorted()
            .toList(),
        pods.stream().flatMap(pod -> PolicyPod.of(pod).stream()).toList(),
        labels,
        nodes.stream().map(PolicyNode::of).toList());
  }

  /** The pods whose traffic this node judges. */
  List<PolicyPod> own() {
    return pods.stream().filter(pod -> pod.node().equals(nodeName)).toList();
  }
}
