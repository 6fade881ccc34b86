package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.eviction.CriticalPods;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How much a container may swap (KEP-2400). Without a word nobody swaps. Limited, a container of a
 * Burstable pod gets the share of the machine's swap that its request has of the machine's memory;
 * on cgroup v2 only.
 *
 * @param swapBytes of the machine
 */
public record SwapLimits(Cgroups cgroups, boolean limited, long memoryBytes, long swapBytes) {
  static final String SWAP_MAX = "memory.swap.max";

  /** What can be limited on this machine. */
  public enum Cgroups {
    /** The kernel does not account for swap. */
    NONE,
    LEGACY,
    UNIFIED
  }

  /** The limits of this machine. */
  public static SwapLimits ofMachine(Path mount, boolean limited) {
    return new SwapLimits(
        cgroups(mount), limited, HostFigures.memoryBytes(), HostFigures.swapBytes());
  }

  private static Cgroups cgroups(Path mount) {
    if (!PodCgroups.unified(mount)) {
      Path file = mount.resolve("memory/memory.memsw.limit_in_bytes");
      return Files.exists(file) ? Cgroups.LEGACY : Cgroups.NONE;
    }
    // The root has no such file; every kernel with swap accounting gives it to each child.
    try (var groups = Files.newDirectoryStream(mount)) {
      for (Path group : groups) {
        if (Files.exists(group.resolve(SWAP_MAX))) {
          return Cgroups.UNIFIED;
        }
      }
    } catch (IOException _) {
      return Cgroups.NONE;
    }
    return Cgroups.NONE;
  }

  void put(
      LinuxContainerResources.Builder out,
      PodView pod,
      Map<String, Quantity> requests,
      Map<String, Quantity> limits) {
    switch (cgroups) {
      case NONE -> {
        // Nothing to say.
      }
      // The sum with memory; of a container without a limit it says nothing.
      case LEGACY -> out.setMemorySwapLimitInBytes(out.getMemoryLimitInBytes());
      case UNIFIED -> out.putUnified(SWAP_MAX, Long.toString(bytes(pod, requests, limits)));
    }
  }

  private long bytes(PodView pod, Map<String, Quantity> requests, Map<String, Quantity> limits) {
    Quantity limit = limits.getOrDefault("memory", Quantity.ZERO);
    long request = requests.getOrDefault("memory", Quantity.ZERO).value();
    boolean may =
        limited
            && QosClass.of(pod) == QosClass.BURSTABLE
            && !CriticalPods.is(pod)
            && request > 0
            && request != limit.value()
            && request <= memoryBytes;
    return may ? (long) ((double) request / memoryBytes * swapBytes) : 0;
  }
}
