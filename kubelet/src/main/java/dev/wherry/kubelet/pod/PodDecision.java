package dev.wherry.kubelet.pod;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What to do with a pod now.
 *
 * @param goal where it is heading
 * @param actions in order
 * @param wakeAt when to look again without being woken
 */
public record PodDecision(Goal goal, List<PodAction> actions, Optional<Instant> wakeAt) {

  public PodDecision {
    actions = List.copyOf(actions);
  }

  /** The pod's direction. */
  public enum Goal {
    /** Containers run or will. */
    RUN,
    /** Everything is being stopped. */
    END,
    /** Nothing of it runs any more and nothing will. */
    ENDED
  }
}
