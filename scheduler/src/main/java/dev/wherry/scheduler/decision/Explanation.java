package dev.wherry.scheduler.decision;

import java.util.List;

/**
 * Why a pod is where it is, or nowhere: every node with all that speaks against it, or its scores.
 *
 * @param message what the scheduler says of the pod as a whole, in upstream's words where it fits
 *     nowhere
 * @param nodes the best first, then those that do not fit, by name
 */
public record Explanation(String message, List<OnNode> nodes) {
  public Explanation {
    nodes = List.copyOf(nodes);
  }

  /**
   * One node.
   *
   * @param objections empty where the pod fits
   * @param points empty where it does not
   */
  public record OnNode(String node, List<Objection> objections, List<Points> points) {
    public OnNode {
      objections = List.copyOf(objections);
      points = List.copyOf(points);
    }

    /** Whether nothing speaks against the node. */
    public boolean fits() {
      return objections.isEmpty();
    }

    /** The weighted sum. */
    public long total() {
      return points.stream().mapToLong(p -> p.score() * p.weight()).sum();
    }
  }

  /**
   * What a plugin has against a node.
   *
   * @param remedy what would have to change; empty where the plugin does not know
   */
  public record Objection(String plugin, String reason, String remedy) {}

  /** What a plugin gives a node, 0 to 100 before the weight. */
  public record Points(String plugin, long score, int weight) {}
}
