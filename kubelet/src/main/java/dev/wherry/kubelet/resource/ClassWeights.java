package dev.wherry.kubelet.resource;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the groups of classes weigh: Burstable pods together what they ask for, best-effort ones
 * next to nothing (rule: kubelet's QOSContainerManager).
 */
final class ClassWeights {
  static final String BURSTABLE = "burstable";
  static final String BEST_EFFORT = "besteffort";
  private static final System.Logger LOG = System.getLogger(ClassWeights.class.getName());

  private final CgroupTree tree;
  private final Map<CgroupName, Long> shares = new LinkedHashMap<>();

  ClassWeights(CgroupTree tree) {
    this.tree = tree;
  }

  /** A pod of a class asks for this. */
  synchronized void put(CgroupName pod, long asked) {
    shares.put(pod, asked);
    weigh(pod.above());
  }

  /** A pod of a class asks for this, unless that is known better. */
  synchronized void putIfAbsent(CgroupName pod, long asked) {
    if (!shares.containsKey(pod)) {
      put(pod, asked);
    }
  }

  /** A pod has ended. */
  synchronized void remove(CgroupName pod) {
    if (shares.remove(pod) != null) {
      weigh(pod.above());
    }
  }

  private void weigh(CgroupName group) {
    long sum =
        shares.entrySet().stream()
            .filter(pod -> pod.getKey().above().equals(group))
            .mapToLong(Map.Entry::getValue)
            .sum();
    String name = group.parts().getLast();
    try {
      if (sum > 0 && name.equals(BURSTABLE)) {
        long asked = Math.clamp(sum, CgroupFigures.SHARES_MIN, CgroupFigures.SHARES_MAX);
        tree.weigh(group, asked);
      } else if (sum > 0 && name.equals(BEST_EFFORT)) {
        tree.weigh(group, CgroupFigures.SHARES_MIN);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "class not weighed path={0}: {1}", group.path(), e);
    }
  }
}
