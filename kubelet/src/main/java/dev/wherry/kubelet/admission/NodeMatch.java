package dev.wherry.kubelet.admission;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAffinity;
import dev.wherry.model.core.v1.NodeFeatures;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.core.v1.Toleration;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Map;
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
    if (!Labels.ofMap(pod.spec().nodeSelector()).matches(node.metadata().labels())
        || !affine(pod, node)) {
      return Optional.of(AFFINITY);
    }
    boolean tolerated =
        pod.ofThisNode()
            || node.spec().taints().stream()
                .filter(taint -> taint.effect().equals("NoExecute"))
                .allMatch(
                    taint -> pod.spec().tolerations().stream().anyMatch(t -> tolerates(t, taint)));
    return tolerated ? Optional.empty() : Optional.of(TAINTS);
  }

  private static boolean strictGroups(Node node) {
    NodeFeatures features = node.status().features();
    return features != null && Boolean.TRUE.equals(features.supplementalGroupsPolicy());
  }

  private static boolean affine(PodView pod, Node node) {
    Affinity affinity = pod.spec().affinity();
    NodeAffinity wanted = affinity == null ? null : affinity.nodeAffinity();
    NodeSelector required =
        wanted == null ? null : wanted.requiredDuringSchedulingIgnoredDuringExecution();
    return required == null
        || required.nodeSelectorTerms().stream().anyMatch(term -> matches(term, node));
  }

  private static boolean matches(NodeSelectorTerm term, Node node) {
    boolean empty = term.matchExpressions().isEmpty() && term.matchFields().isEmpty();
    return !empty
        && all(term.matchExpressions(), node.metadata().labels())
        && all(term.matchFields(), Map.of("metadata.name", node.metadata().name()));
  }

  private static boolean all(
      List<NodeSelectorRequirement> requirements, Map<String, String> values) {
    return requirements.stream()
        .allMatch(one ->
            new Labels.Requirement(one.key(), operator(one.operator()), one.values())
                .matches(values));
  }

  private static Labels.Operator operator(String name) {
    return switch (name) {
      case "In" -> Labels.Operator.IN;
      case "NotIn" -> Labels.Operator.NOT_IN;
      case "Exists" -> Labels.Operator.EXISTS;
      case "Gt" -> Labels.Operator.GREATER_THAN;
      case "Lt" -> Labels.Operator.LESS_THAN;
      default -> Labels.Operator.DOES_NOT_EXIST;
    };
  }

  /** Whether one toleration puts up with one taint. */
  public static boolean tolerates(Toleration toleration, Taint taint) {
    boolean meant =
        (toleration.effect().isEmpty() || toleration.effect().equals(taint.effect()))
            && (toleration.key().isEmpty() || toleration.key().equals(taint.key()));
    return meant
        && switch (toleration.operator()) {
          case "Exists" -> true;
          case "", "Equal" ->
              !toleration.key().isEmpty() && toleration.value().equals(taint.value());
          default -> false;
        };
  }
}
