package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.random.RandomGenerator;

/** Asked when no node fits: preemption is one. */
public interface PostFilterPlugin extends Plugin {
  Room makeRoom(Failure failure);

  /**
   * What was tried.
   *
   * @param rejections every node's verdict
   * @param trial the profile's filters, for nodes as they might be
   * @param looksAtOneNode whether the trial of a node depends on the pod's shape and that node
   *     alone, but for nominated pods
   * @param random seeded; for draws
   */
  record Failure(
      PodView pod,
      ClusterSnapshot snapshot,
      Rejections rejections,
      Trial trial,
      boolean looksAtOneNode,
      RandomGenerator random) {}

  /** Runs the filters on a node as it might be. */
  @FunctionalInterface
  interface Trial {
    /**
     * The first rejection, or that it fits.
     *
     * @param before the node of the snapshot
     * @param now the same with other pods
     */
    Verdict test(NodeView before, NodeView now);
  }

  /** What came of it. */
  sealed interface Room {
    /**
     * Nothing can be done.
     *
     * @param message to be said behind the reasons
     * @param hopeless whether a nomination that the pod has should end
     */
    record None(String message, boolean hopeless) implements Room {}

    /**
     * Something that nobody uses stands in the way; once it is written, the pod is tried again.
     *
     * @param message to be said behind the reasons
     * @param write blocks
     */
    record Relieve(String message, Runnable write) implements Room {}

    /** The pod fits on this node once the victims are gone. */
    record Preempt(String node, List<PodView> victims) implements Room {
      public Preempt {
        victims = List.copyOf(victims);
      }
    }
  }
}
