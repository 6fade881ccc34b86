package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.HugepageLimit;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.runtime.Trees;

/** CRI resources as the specification's {@code linux.resources}; zero is left out. */
public final class Resources {
  private Resources() {}

  /**
   * The tree.
   *
   * @param host says which limits the kernel has: one it has not is left out, as containerd does
   */
  public static ObjectNode tree(LinuxContainerResources from, HostFacts host) {
    ObjectNode tree = Trees.object();
    cpu(from, tree);
    memory(from, host, tree);
    if (host.hugepages() && from.getHugepageLimitsCount() > 0) {
      ArrayNode limits = tree.putArray("hugepageLimits");
      for (HugepageLimit limit : from.getHugepageLimitsList()) {
        limits.addObject().put("pageSize", limit.getPageSize()).put("limit", limit.getLimit());
      }
    }
    if (host.unifiedCgroups() && from.getUnifiedCount() > 0) {
      ObjectNode unified = tree.putObject("unified");
      from.getUnifiedMap().forEach(unified::put);
    }
    return tree;
  }

  private static void cpu(LinuxContainerResources from, ObjectNode tree) {
    ObjectNode cpu = Trees.object();
    if (from.getCpuShares() > 0) {
      cpu.put("shares", from.getCpuShares());
    }
    if (from.getCpuQuota() != 0) {
      cpu.put("quota", from.getCpuQuota());
    }
    if (from.getCpuPeriod() > 0) {
      cpu.put("period", from.getCpuPeriod());
    }
    if (!from.getCpusetCpus().isEmpty()) {
      cpu.put("cpus", from.getCpusetCpus());
    }
    if (!from.getCpusetMems().isEmpty()) {
      cpu.put("mems", from.getCpusetMems());
    }
    if (!cpu.isEmpty()) {
      tree.set("cpu", cpu);
    }
  }

  // Swap is the sum with memory; without a word of it a limited container gets none.
  private static void memory(LinuxContainerResources from, HostFacts host, ObjectNode tree) {
    if (from.getMemoryLimitInBytes() <= 0) {
      return;
    }
    ObjectNode memory = tree.putObject("memory").put("limit", from.getMemoryLimitInBytes());
    if (host.swapLimits()) {
      memory.put(
          "swap",
          from.getMemorySwapLimitInBytes() == 0
              ? from.getMemoryLimitInBytes()
              : from.getMemorySwapLimitInBytes());
    }
  }

  /** An update laid over what holds: zero and empty leave it as it is. */
  public static LinuxContainerResources merged(
      LinuxContainerResources now, LinuxContainerResources update) {
    return now.toBuilder().mergeFrom(update).build();
  }
}
