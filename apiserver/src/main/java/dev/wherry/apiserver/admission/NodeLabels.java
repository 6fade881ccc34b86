package dev.wherry.apiserver.admission;

import java.util.List;
import java.util.Set;

/**
 * Which labels a kubelet may set on its own Node (KEP-279): its own facts, not placement policy.
 */
final class NodeLabels {
  private static final Set<String> ALLOWED =
      Set.of(
          "kubernetes.io/hostname",
          "kubernetes.io/os",
          "kubernetes.io/arch",
          "beta.kubernetes.io/os",
          "beta.kubernetes.io/arch",
          "beta.kubernetes.io/instance-type",
          "failure-domain.beta.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region",
          "topology.kubernetes.io/zone",
          "topology.kubernetes.io/region",
          "node.kubernetes.io/instance-type");

  private static final List<String> ALLOWED_DOMAINS =
      List.of("kubelet.kubernetes.io", "node.kubernetes.io");

  private NodeLabels() {}

  static boolean isAllowed(String label) {
    int slash = label.indexOf('/');
    if (slash < 0 || ALLOWED.contains(label)) {
      return true;
    }
    String domain = label.substring(0, slash);
    if (isWithin(domain, List.of("node-restriction.kubernetes.io"))) {
      return false;
    }
    return isWithin(domain, ALLOWED_DOMAINS)
        || !isWithin(domain, List.of("kubernetes.io", "k8s.io"));
  }

  private static boolean isWithin(String domain, List<String> parents) {
    return parents.stream().anyMatch(p -> domain.equals(p) || domain.endsWith("." + p));
  }
}
