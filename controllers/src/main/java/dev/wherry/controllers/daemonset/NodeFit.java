package dev.wherry.controllers.daemonset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAffinity;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.core.v1.Toleration;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.Labels.Operator;
import dev.wherry.model.selector.Labels.Requirement;
import java.util.List;
import java.util.Map;

/**
 * Whether a node may have a daemon's pod (daemon NodeShouldRunDaemonPod). Pure.
 *
 * @param run a pod is to be made there
 * @param stay a pod that is there may stay
 */
record NodeFit(boolean run, boolean stay) {
  private static final NodeFit NEITHER = new NodeFit(false, false);

  /**
   * @param spec of the daemon's pods, with the tolerations that all daemons have
   */
  static NodeFit of(PodSpec spec, Node node) {
    boolean named = spec.nodeName().isEmpty() || spec.nodeName().equals(node.metadata().name());
    if (!named || !matchesSelector(spec, node) || !matchesAffinity(spec, node)) {
      return NEITHER;
    }
    boolean run = true;
    boolean stay = true;
    for (Taint taint : node.spec().taints()) {
      boolean executes = taint.effect().equals("NoExecute");
      boolean counts = executes || taint.effect().equals("NoSchedule");
      if (counts && spec.tolerations().stream().noneMatch(t -> tolerates(t, taint))) {
        run = false;
        stay &= !executes;
      }
    }
    return new NodeFit(run, stay);
  }

  private static boolean matchesSelector(PodSpec spec, Node node) {
    return Labels.ofMap(spec.nodeSelector()).matches(node.metadata().labels());
  }

  private static boolean matchesAffinity(PodSpec spec, Node node) {
    Affinity affinity = requireNonNullElse(spec.affinity(), Affinity.EMPTY);
    NodeAffinity wanted = requireNonNullElse(affinity.nodeAffinity(), NodeAffinity.EMPTY);
    NodeSelector required = wanted.requiredDuringSchedulingIgnoredDuringExecution();
    return required == null
        || required.nodeSelectorTerms().stream().anyMatch(term -> matches(term, node));
  }

  private static boolean matches(NodeSelectorTerm term, Node node) {
    Map<String, String> fields = Map.of("metadata.name", node.metadata().name());
    boolean empty = term.matchExpressions().isEmpty() && term.matchFields().isEmpty();
    return !empty
        && all(term.matchExpressions(), node.metadata().labels())
        && all(term.matchFields(), fields);
  }

  private static boolean all(
      List<NodeSelectorRequirement> requirements, Map<String, String> values) {
    for (NodeSelectorRequirement one : requirements) {
      Operator operator =
          switch (one.operator()) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "Gt" -> Operator.GREATER_THAN;
            case "Lt" -> Operator.LESS_THAN;
            default -> Operator.DOES_NOT_EXIST;
          };
      if (!new Requirement(one.key(), operator, one.values()).matches(values)) {
        return false;
      }
    }
    return true;
  }

  static boolean tolerates(Toleration toleration, Taint taint) {
    if (!toleration.effect().isEmpty() && !toleration.effect().equals(taint.effect())) {
      return false;
    }
    if (!toleration.key().isEmpty() && !toleration.key().equals(taint.key())) {
      return false;
    }
    return switch (toleration.operator()) {
      case "Exists" -> true;
      case "", "Equal" -> !toleration.key().isEmpty() && toleration.value().equals(taint.value());
      default -> false;
    };
  }
}
