package dev.wherry.network.policy;

import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.rules.Cidr;
import java.util.List;
import java.util.Map;

/**
 * What policies are judged by.
 *
 * @param ranges of this node's pods
 * @param namespaces labels by name
 */
record World(
    String nodeName,
    List<Cidr> ranges,
    List<NetworkPolicy> policies,
    List<PolicyPod> pods,
    Map<String, Map<String, String>> namespaces) {
  World {
    ranges = List.copyOf(ranges);
    policies = List.copyOf(policies);
    pods = List.copyOf(pods);
    namespaces = Map.copyOf(namespaces);
  }

  /** The pods whose traffic this node judges. */
  List<PolicyPod> own() {
    return pods.stream().filter(pod -> pod.node().equals(nodeName)).toList();
  }
}
