package dev.wherry.kubelet.placement;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.QosClass;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;
import java.util.Map;
import java.util.TreeMap;

/**
 * How memory is given out.
 *
 * @param exclusive whether Guaranteed containers are promised theirs on memory nodes (policy
 *     Static)
 * @param reserved of each node, in bytes
 */
public record MemorySettings(boolean exclusive, Map<Integer, Long> reserved) {
  /** Nobody is promised anything. */
  public static final MemorySettings NONE = new MemorySettings(false, Map.of());

  static final String MEMORY = "memory";

  public MemorySettings {
    reserved = java.util.Collections.unmodifiableMap(new TreeMap<>(reserved));
  }

  /** Of all nodes together, in bytes. */
  public long reservedBytes() {
    return reserved.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What a container is promised, in bytes; 0 for nothing. */
  long wanted(PodView pod, PodView.Named named) {
    boolean counted = exclusive && named.role() != PodView.Role.EPHEMERAL;
    if (!counted || pod.spec().resources() != null || QosClass.of(pod) != QosClass.GUARANTEED) {
      return 0;
    }
    return Requirements.of(named.container()).limits().getOrDefault(MEMORY, Quantity.ZERO).value();
  }

  /** All containers together, an init container beside the sidecars before it. */
  long wanted(PodView pod) {
    long lasting = 0;
    long peak = 0;
    for (PodView.Named named : pod.all()) {
      long own = wanted(pod, named);
      if (named.role() == PodView.Role.INIT) {
        peak = Math.max(peak, lasting + own);
      } else {
        lasting += own;
      }
    }
    return Math.max(peak, lasting);
  }
}
