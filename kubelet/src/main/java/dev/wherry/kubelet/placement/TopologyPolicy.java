package dev.wherry.kubelet.placement;

import java.util.Optional;

/** How much a pod's resources must lie together (rule: upstream's topology manager policies). */
public enum TopologyPolicy {
  NONE("none"),
  BEST_EFFORT("best-effort"),
  RESTRICTED("restricted"),
  SINGLE_NUMA_NODE("single-numa-node");

  private final String text;

  TopologyPolicy(String text) {
    this.text = text;
  }

  /** As the configuration calls it. */
  public String text() {
    return text;
  }

  public static Optional<TopologyPolicy> of(String text) {
    for (TopologyPolicy policy : values()) {
      if (policy.text.equals(text)) {
        return Optional.of(policy);
      }
    }
    return Optional.empty();
  }

  /** Whether a pod with this best hint may run. */
  boolean admits(NumaHint best) {
    return switch (this) {
      case NONE, BEST_EFFORT -> true;
      case RESTRICTED, SINGLE_NUMA_NODE -> best.preferred();
    };
  }
}
