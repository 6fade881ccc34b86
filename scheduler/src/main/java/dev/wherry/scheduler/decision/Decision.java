package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Rejections;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Set;

/** What came of trying one pod. */
public sealed interface Decision {
  /**
   * @param score the weighted sum; 0 when there was no choice
   * @param evaluated how many nodes were looked at
   */
  record Place(String node, long score, int evaluated, int feasible) implements Decision {}

  /**
   * @param rejections every node's first one
   * @param rejectedBy names of the plugins that rejected, which decide what brings the pod back
   * @param message as upstream writes it: {@code 0/3 nodes are available: ...}
   * @param room how room is to be made for it
   */
  record Nowhere(Rejections rejections, Set<String> rejectedBy, String message, Room room)
      implements Decision {}

  /** It could not be said, since an extender failed: to be tried again. */
  record Failed(String why) implements Decision {}

  /** What follows for a pod that fits nowhere. */
  sealed interface Room {
    /** It keeps the nomination it has, if any. */
    record Unchanged() implements Room {}

    /** It loses the nomination it has, if any: waiting there is in vain. */
    record Hopeless() implements Room {}

    /** Something that nobody uses is to go. */
    record Relieve(Runnable write) implements Room {}

    /** It is to come to this node; the victims have to go. */
    record Preempt(String node, List<PodView> victims) implements Room {}
  }
}
