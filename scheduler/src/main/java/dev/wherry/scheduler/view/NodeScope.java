package dev.wherry.scheduler.view;

import java.util.List;

/**
 * Nodes of which the domains of a spread constraint consist (KEP-3094).
 *
 * @param keys labels that a node must have
 * @param terms node affinity that must allow it
 * @param taintsCount whether its taints must be tolerated
 * @param tolerations only looked at when {@code taintsCount}
 */
public record NodeScope(
    List<String> keys, NodeTerms terms, boolean taintsCount, List<Toleration> tolerations) {
  public static final NodeScope ALL = new NodeScope(List.of(), NodeTerms.ANY, false, List.of());

  public NodeScope {
    keys = List.copyOf(keys);
    tolerations = List.copyOf(tolerations);
  }

  /** What a constraint of this pod looks at, among nodes that have all the given labels. */
  public static NodeScope of(PodView pod, SpreadConstraint constraint, List<String> keys) {
    NodeTerms own = pod.nodeTerms();
    boolean any = !constraint.honorsAffinity() || own.isAny();
    return new NodeScope(
        keys,
        any
            ? NodeTerms.ANY
            : new NodeTerms(own.selector(), own.hasRequired(), own.required(), List.of()),
        constraint.honorsTaints(),
        constraint.honorsTaints() ? pod.tolerations() : List.of());
  }

  /** Whether the node belongs to it. */
  public boolean allows(NodeView node) {
    for (int i = 0; i < keys.size(); i++) {
      if (!node.labels().containsKey(keys.get(i))) {
        return false;
      }
    }
    if (!terms.isAny() && !terms.allow(node)) {
      return false;
    }
    return !taintsCount || tolerated(node);
  }

  private boolean tolerated(NodeView node) {
    for (Taint taint : node.taints()) {
      if (!taint.effect().equals(Taint.PREFER_NO_SCHEDULE)
          && !Toleration.anyTolerates(tolerations, taint)) {
        return false;
      }
    }
    return true;
  }
}
