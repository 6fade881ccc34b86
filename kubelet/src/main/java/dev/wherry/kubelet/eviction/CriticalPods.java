package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.pod.PodView;

/** Pods that a node never gives up (rule: upstream's IsCriticalPod). Pure. */
public final class CriticalPods {
  /** From here up priorities are the system's own. */
  private static final int SYSTEM_CRITICAL = 2_000_000_000;

  private CriticalPods() {}

  /** A pod of the node's own files, or one of system priority. */
  public static boolean is(PodView pod) {
    return pod.ofThisNode() || priority(pod) >= SYSTEM_CRITICAL;
  }

  /** A pod's priority; 0 where it has none. */
  public static int priority(PodView pod) {
    Integer own = pod.spec().priority();
    return own == null ? 0 : own;
  }
}
