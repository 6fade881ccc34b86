package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.util.List;
import java.util.Map;

/**
 * What a pod's own cgroup is given (rule: kubelet's ResourceConfigForPod): the weight of all its
 * requests, and a limit only where every container has one; a size of the pod as a whole comes
 * first (KEP-2837).
 *
 * @param shares CPU weight as of version 1
 * @param quotaMicros CPU time per {@link CgroupFigures#PERIOD_MICROS}; {@link #NONE} for no limit
 * @param memoryBytes {@link #NONE} for no limit
 */
record PodLimits(long shares, long quotaMicros, long memoryBytes) {
  static final long NONE = -1;
  private static final String CPU = "cpu";
  private static final String MEMORY = "memory";

  static PodLimits of(PodView pod) {
    ResourceRequirements whole = pod.spec().resources();
    PodLimits summed = summed(pod);
    if (whole == null) {
      return summed;
    }
    long cpu = limit(whole, CPU).milliValue();
    long memory = limit(whole, MEMORY).value();
    return new PodLimits(
        whole.requests().containsKey(CPU)
            ? CgroupFigures.shares(whole.requests().get(CPU).milliValue())
            : summed.shares(),
        cpu > 0 ? CgroupFigures.quotaMicros(cpu) : summed.quotaMicros(),
        memory > 0 ? memory : summed.memoryBytes());
  }

  private static PodLimits summed(PodView pod) {
    List<ResourceRequirements> containers =
        pod.all().stream()
            .filter(
                named -> named.role() == PodView.Role.MAIN || named.role() == PodView.Role.SIDECAR)
            .map(named -> Requirements.of(named.container()))
            .toList();
    long requests =
        containers.stream()
            .map(r -> r.requests().getOrDefault(CPU, limit(r, CPU)))
            .mapToLong(Quantity::milliValue)
            .sum();
    boolean cpuBound = bound(pod, CPU);
    boolean memoryBound = bound(pod, MEMORY);
    long cpu = containers.stream().mapToLong(r -> limit(r, CPU).milliValue()).sum();
    long memory = containers.stream().mapToLong(r -> limit(r, MEMORY).value()).sum();
    return new PodLimits(
        CgroupFigures.shares(requests),
        cpuBound ? CgroupFigures.quotaMicros(Math.max(cpu, inits(pod, CPU))) : NONE,
        memoryBound ? Math.max(memory, inits(pod, MEMORY)) : NONE);
  }

  /** The greater of both, no limit being the greatest. */
  PodLimits max(PodLimits other) {
    return new PodLimits(
        Math.max(shares, other.shares),
        greater(quotaMicros, other.quotaMicros),
        greater(memoryBytes, other.memoryBytes));
  }

  private static long greater(long one, long other) {
    return one == NONE || other == NONE ? NONE : Math.max(one, other);
  }

  private static boolean bound(PodView pod, String resource) {
    return pod.all().stream()
        .filter(named -> named.role() != PodView.Role.EPHEMERAL)
        .allMatch(named -> limit(Requirements.of(named.container()), resource).signum() > 0);
  }

  /** The most that is used before the pod's own containers run. */
  private static long inits(PodView pod, String resource) {
    long sidecars = 0;
    long peak = 0;
    for (PodView.Named named : pod.inits()) {
      Quantity limit = limit(Requirements.of(named.container()), resource);
      long own = resource.equals(CPU) ? limit.milliValue() : limit.value();
      if (named.role() == PodView.Role.SIDECAR) {
        sidecars += own;
        peak = Math.max(peak, sidecars);
      } else {
        peak = Math.max(peak, own + sidecars);
      }
    }
    return peak;
  }

  private static Quantity limit(ResourceRequirements resources, String name) {
    Map<String, Quantity> limits = resources.limits();
    return limits.getOrDefault(name, Quantity.ZERO);
  }
}
