package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.Set;

/** Pre-filter and filter in one: what it computes once for a pod is the object it returns. */
public interface FilterPlugin extends Plugin {
  Prepared prepare(PodView pod, ClusterSnapshot snapshot);

  /**
   * What would have to change for a node that this plugin refuses, as an order to whoever can:
   * "free 200m cpu here". Empty where the reason says it all.
   */
  default String remedy(PodView pod, NodeView node) {
    return "";
  }

  /** The result of the pre-filter. */
  sealed interface Prepared {
    Prepared SKIP = new Skip();

    /** The pod asks nothing of this plugin. */
    record Skip() implements Prepared {}

    /** Every node has to pass the check. */
    record Check(NodeFilter filter) implements Prepared {}

    /** No node can pass, whatever it is; none is looked at. */
    record Reject(String reason) implements Prepared {}

    /** Only these nodes can pass; the others fail for the given reason without being looked at. */
    record Only(Set<String> nodes, String reason, NodeFilter filter) implements Prepared {}
  }

  /** Looks at one node. */
  @FunctionalInterface
  interface NodeFilter {
    Verdict test(NodeView node);

    /**
     * Whether the verdict depends on the pod's {@link dev.wherry.scheduler.view.PodShape} and the
     * node alone; then it is kept for as long as the node does not change.
     */
    default boolean looksAtOneNode() {
      return true;
    }

    /**
     * The same check had one node of the snapshot other pods. Filters that look at one node alone
     * need not do anything.
     */
    default NodeFilter given(NodeView before, NodeView now) {
      return this;
    }
  }
}
