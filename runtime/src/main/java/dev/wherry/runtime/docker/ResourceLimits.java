package dev.wherry.runtime.docker;

import com.github.dockerjava.api.command.UpdateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.runtime.OomScore;

/** CRI resources in Docker's terms; zero leaves a limit to Docker. Swap is never added. */
final class ResourceLimits {
  private ResourceLimits() {}

  static void apply(LinuxContainerResources from, HostConfig to, OomScore oomScore) {
    to.withOomScoreAdj(oomScore.clamp(from.getOomScoreAdj()));
    if (from.getCpuShares() > 0) {
      to.withCpuShares((int) from.getCpuShares());
    }
    if (from.getCpuPeriod() > 0) {
      to.withCpuPeriod(from.getCpuPeriod());
    }
    if (from.getCpuQuota() != 0) {
      to.withCpuQuota(from.getCpuQuota());
    }
    if (!from.getCpusetCpus().isEmpty()) {
      to.withCpusetCpus(from.getCpusetCpus());
    }
    if (!from.getCpusetMems().isEmpty()) {
      to.withCpusetMems(from.getCpusetMems());
    }
    if (from.getMemoryLimitInBytes() > 0) {
      to.withMemory(from.getMemoryLimitInBytes());
      to.withMemorySwap(memoryAndSwap(from));
    }
  }

  static void apply(LinuxContainerResources from, UpdateContainerCmd to) {
    if (from.getCpuShares() > 0) {
      to.withCpuShares((int) from.getCpuShares());
    }
    if (from.getCpuPeriod() > 0) {
      to.withCpuPeriod(from.getCpuPeriod());
    }
    if (from.getCpuQuota() != 0) {
      to.withCpuQuota(from.getCpuQuota());
    }
    if (!from.getCpusetCpus().isEmpty()) {
      to.withCpusetCpus(from.getCpusetCpus());
    }
    if (!from.getCpusetMems().isEmpty()) {
      to.withCpusetMems(from.getCpusetMems());
    }
    if (from.getMemoryLimitInBytes() > 0) {
      to.withMemory(from.getMemoryLimitInBytes());
      to.withMemorySwap(memoryAndSwap(from));
    }
  }

  // Docker's MemorySwap is the sum; the same as the limit means no swap.
  private static long memoryAndSwap(LinuxContainerResources from) {
    return Math.max(from.getMemorySwapLimitInBytes(), from.getMemoryLimitInBytes());
  }
}
