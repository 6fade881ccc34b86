package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.util.HashMap;
import java.util.Map;

/**
 * A container's requests and limits in the runtime's terms.
 *
 * @param nodeMemoryBytes what the node has, for the scores of Burstable pods
 * @param oomScoreFloor the lowest score this process may give out; no capability, no lower score
 * @param killedTogether whether a container short of memory ends as a whole, on cgroup v2 only
 */
public record ContainerFigures(
    long nodeMemoryBytes, int oomScoreFloor, boolean killedTogether, SwapLimits swap) {
  static final String OOM_GROUP = "memory.oom.group";

  public LinuxContainerResources of(PodView pod, Container container) {
    ResourceRequirements resources = Requirements.of(container);
    Map<String, Quantity> limits = new HashMap<>(bounds(pod));
    limits.putAll(resources.limits());
    Map<String, Quantity> requests = resources.requests();
    Quantity cpuLimit = limits.getOrDefault("cpu", Quantity.ZERO);
    Quantity cpuRequest = requests.getOrDefault("cpu", cpuLimit);
    LinuxContainerResources.Builder out =
        LinuxContainerResources.newBuilder()
            .setCpuShares(CgroupFigures.shares(cpuRequest.milliValue()))
            .setMemoryLimitInBytes(limits.getOrDefault("memory", Quantity.ZERO).value())
            .setOomScoreAdj(oomScore(pod, requests, limits));
    long quota = CgroupFigures.quotaMicros(cpuLimit.milliValue());
    if (quota > 0) {
      out.setCpuPeriod(CgroupFigures.PERIOD_MICROS).setCpuQuota(quota);
    }
    out.addAllHugepageLimits(HugePages.OF_MACHINE.limits(limits));
    if (killedTogether) {
      out.putUnified(OOM_GROUP, "1");
    }
    swap.put(out, pod, requests, limits);
    return out.build();
  }

  /** What the pod as a whole may use binds a container without a limit of its own (KEP-2837). */
  private static Map<String, Quantity> bounds(PodView pod) {
    ResourceRequirements whole = pod.spec().resources();
    return whole == null ? Map.of() : whole.limits();
  }

  private int oomScore(PodView pod, Map<String, Quantity> requests, Map<String, Quantity> limits) {
    Quantity limit = limits.getOrDefault("memory", Quantity.ZERO);
    long request = requests.getOrDefault("memory", limit).value();
    int score =
        switch (QosClass.of(pod)) {
          case GUARANTEED -> CgroupFigures.OOM_GUARANTEED;
          case BURSTABLE -> CgroupFigures.burstableOomScore(request, nodeMemoryBytes);
          case BEST_EFFORT -> CgroupFigures.OOM_BEST_EFFORT;
        };
    return Math.max(score, oomScoreFloor);
  }
}
