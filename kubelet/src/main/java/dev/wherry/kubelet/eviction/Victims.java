package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.pod.PodView;
import java.time.Duration;
import java.util.List;

/** The node's pods, as eviction sees them. For the eviction's thread. */
interface Victims {
  /** Pods that are not over and not on their way out. */
  List<PodView> active();

  /**
   * Ends a pod for good: Failed, with the reason Evicted.
   *
   * @param signal what is short, in upstream's words
   * @param disruption whether the node is the cause and not the pod's own limit
   */
  void evict(PodView pod, String signal, String message, Duration grace, boolean disruption);

  /** Whether nothing of it runs any more. */
  boolean isOver(String uid);
}
