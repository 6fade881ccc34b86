package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.QosClass;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.placement.Tolerations;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The node's pressures as of the last look, and whom they keep out (rule: Admit of upstream's
 * eviction manager). Written by the eviction's thread, read by all.
 */
public final class PressureGate {
  static final String REASON = "Evicted";
  private static final Taint MEMORY_TAINT =
      Taint.builder().key("node.kubernetes.io/memory-pressure").effect("NoSchedule").build();

  private volatile Set<Pressure> pressures = Set.of();

  /** What the node is short of. */
  public Set<Pressure> pressures() {
    return pressures;
  }

  /** True when that is news. */
  boolean set(Set<Pressure> now) {
    Set<Pressure> before = pressures;
    pressures = Set.copyOf(now);
    return !before.equals(pressures);
  }

  /** Why a pod may not begin here now. */
  public Optional<Rejection> check(PodView pod) {
    Set<Pressure> now = pressures;
    if (now.isEmpty() || CriticalPods.is(pod)) {
      return Optional.empty();
    }
    boolean memoryOnly = now.equals(Set.of(Pressure.MEMORY));
    if (memoryOnly && (QosClass.of(pod) != QosClass.BEST_EFFORT || toleratesMemory(pod))) {
      return Optional.empty();
    }
    String names =
        EnumSet.copyOf(now).stream().map(Pressure::condition).collect(Collectors.joining(" "));
    return Optional.of(new Rejection(REASON, "The node had condition: [" + names + "]. "));
  }

  private static boolean toleratesMemory(PodView pod) {
    return Tolerations.anyTolerates(pod.spec().tolerations(), MEMORY_TAINT);
  }
}
