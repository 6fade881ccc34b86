package dev.wherry.model.placement;

import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAffinity;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Map;

/** Node selectors and required node affinity (component-helpers nodeaffinity). */
public final class NodeSelectors {
  private NodeSelectors() {}

  /** Whether a node is among those that a pod asks for by selector and required affinity. */
  public static boolean matches(PodSpec pod, Node node) {
    return Labels.ofMap(pod.nodeSelector()).matches(node.metadata().labels())
        && isAffine(pod, node);
  }

  private static boolean isAffine(PodSpec pod, Node node) {
    Affinity affinity = pod.affinity();
    NodeAffinity wanted = affinity == null ? null : affinity.nodeAffinity();
    NodeSelector required =
        wanted == null ? null : wanted.requiredDuringSchedulingIgnoredDuringExecution();
    return required == null
        || required.nodeSelectorTerms().stream().anyMatch(term -> matches(term, node));
  }

  /** A term that asks for nothing matches nothing. */
  private static boolean matches(NodeSelectorTerm term, Node node) {
    boolean empty = term.matchExpressions().isEmpty() && term.matchFields().isEmpty();
    return !empty
        && matches(term.matchExpressions(), node.metadata().labels())
        && matches(term.matchFields(), Map.of("metadata.name", node.metadata().name()));
  }

  /** Whether values, labels or fields by name, meet all requirements. */
  public static boolean matches(
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
}
