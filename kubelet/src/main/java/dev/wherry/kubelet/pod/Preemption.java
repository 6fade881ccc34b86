package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.admission.NodeRoom;
import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.eviction.CriticalPods;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Lets a critical pod in where the node is full: others end for it first (rule: upstream's
 * CriticalPodAdmissionHandler). Called by the new pod's worker, which waits.
 */
public final class Preemption {
  private static final System.Logger LOG = System.getLogger(Preemption.class.getName());
  private static final String REASON = "Preempting";
  private static final String MESSAGE = "Preempted in order to admit critical pod";

  /** Beyond its grace period a pod that does not end does not keep a critical one waiting. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private volatile BiConsumer<String, PodEviction> ends = (_, _) -> {};

  /** Who ends pods, by uid. */
  void serve(BiConsumer<String, PodEviction> how) {
    ends = how;
  }

  /**
   * Counts a pod in the room; for a critical one others go.
   *
   * @return why it may not run here
   */
  Optional<Rejection> admit(PodParts parts, PodView pod) throws InterruptedException {
    NodeRoom room = parts.room();
    Optional<Rejection> refused = room.admit(pod);
    if (refused.isEmpty() || !CriticalPods.is(pod)) {
      return refused;
    }
    List<PodView> victims = room.inTheWayOf(pod);
    Duration longest = Duration.ZERO;
    for (PodView victim : victims) {
      LOG.log(Level.INFO, "pod ends for pod={0}: {1}", pod.identity(), victim.identity());
      parts.events().record(victim.pod(), "", PodEvents.Type.WARNING, REASON, MESSAGE);
      ends.accept(victim.uid(), new PodEviction(REASON, MESSAGE, victim.grace(), true));
      longest = victim.grace().compareTo(longest) > 0 ? victim.grace() : longest;
    }
    return victims.isEmpty() ? refused : room.awaitAdmitted(pod, longest.plus(PATIENCE));
  }
}
