package dev.wherry.kubelet.placement;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.QosClass;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;

/**
 * How CPUs are given out.
 *
 * @param exclusive whether Guaranteed containers with whole CPUs get theirs alone (policy static)
 * @param reserved how many CPUs are never anybody's alone
 * @param reservedCpus which ones; empty leaves the choice to the agent
 * @param fullCoresOnly option full-pcpus-only: whole cores or none
 * @param strictReservation option strict-cpu-reservation: nobody runs on reserved CPUs
 */
public record CpuSettings(
    boolean exclusive,
    int reserved,
    CpuSet reservedCpus,
    boolean fullCoresOnly,
    boolean strictReservation) {
  /** Everybody runs everywhere. */
  public static final CpuSettings NONE = new CpuSettings(false, 0, CpuSet.EMPTY, false, false);

  private static final String CPU = "cpu";
  private static final long MILLIS_PER_CPU = 1_000;

  /** How many CPUs a container gets alone; 0 for none (rule: upstream's guaranteedCPUs). */
  int wanted(PodView pod, PodView.Named named) {
    boolean counted = exclusive && named.role() != PodView.Role.EPHEMERAL;
    if (!counted || pod.spec().resources() != null || QosClass.of(pod) != QosClass.GUARANTEED) {
      return 0;
    }
    Quantity limit = Requirements.of(named.container()).limits().getOrDefault(CPU, Quantity.ZERO);
    Quantity request = Requirements.of(named.container()).requests().getOrDefault(CPU, limit);
    return request.milliValue() == request.value() * MILLIS_PER_CPU ? (int) request.value() : 0;
  }

  /**
   * The same of all containers together (rule: upstream's podGuaranteedCPUs), with sidecars beside
   * those that come after them.
   */
  int wanted(PodView pod) {
    int lasting = 0;
    int peak = 0;
    for (PodView.Named named : pod.all()) {
      int own = wanted(pod, named);
      if (named.role() == PodView.Role.INIT) {
        peak = Math.max(peak, lasting + own);
      } else {
        lasting += own;
      }
    }
    return Math.max(peak, lasting);
  }
}
