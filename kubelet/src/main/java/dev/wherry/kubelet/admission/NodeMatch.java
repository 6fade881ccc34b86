package dev.wherry.kubelet.admission;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeFeatures;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.placement.NodeSelectors;
import dev.wherry.model.placement.Tolerations;
import java.util.Optional;

/**
 * Whether a pod wants this node and puts up with it: a pod that names its node itself was never
 * seen by a scheduler (rule: upstream's generalFilter in the kubelet's lifecycle package; of taints
 * only those that end pods count). Pure.
 */
public final class NodeMatch {
  private static final Rejection AFFINITY =
      new Rejection(
          "NodeAffinity",
          "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");

  private static final Rejection TAINTS =
      new Rejection(
          "TaintToleration",
          "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate");

  private static final String STRICT = "Strict";

  private static final Rejection GROUPS =
      new Rejection(
          "SupplementalGroupsPolicyNotSupported",
          "SupplementalGroupsPolicy=Strict is not supported in this node");

  private NodeMatch() {}

  /** Why the pod and the node do not go together. */
  public static Optional<Rejection> check(PodView pod, Node node) {
    PodSecurityContext security = pod.spec().securityContext();
    if (security != null
        && security.supplementalGroupsPolicy().equals(STRICT)
        && !strictGroups(node)) {
      return Optional.of(GROUPS);
    }
    if (!NodeSelectors.matches(pod.spec(), node)) {
      return Optional.of(AFFINITY);
    }
    boolean tolerated =
        pod.ofThisNode()
            || node.spec().taints().stream()
                .filter(taint -> taint.effect().equals("NoExecute"))
                .allMatch(taint -> Tolerations.anyTolerates(pod.spec().tolerations(), taint));
    return tolerated ? Optional.empty() : Optional.of(TAINTS);
  }

  private static boolean strictGroups(Node node) {
    NodeFeatures features = node.status().features();
    return features != null && Boolean.TRUE.equals(features.supplementalGroupsPolicy());
  }
}
