package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.volume.VolumeSpace;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one pod uses.
 *
 * @param startedAt when the kubelet took it on; empty until the API has heard of it
 * @param readAt when its network was counted
 * @param networks its interfaces, the default one first; none with the host's network
 * @param processes empty where the runtime does not count them
 * @param volumes those whose drivers tell
 */
record PodUse(
    String namespace,
    String name,
    String uid,
    Optional<Instant> startedAt,
    Instant readAt,
    List<ContainerUse> containers,
    List<NetworkUse> networks,
    OptionalLong processes,
    List<VolumeSpace> volumes) {
  PodUse {
    volumes = List.copyOf(volumes);
    containers = List.copyOf(containers);
    networks = List.copyOf(networks);
  }

  ContainerUse.CpuUse cpu() {
    return containers.stream()
        .map(ContainerUse::cpu)
        .reduce(ContainerUse.CpuUse.UNKNOWN, ContainerUse.CpuUse::plus);
  }

  /** What is available is known where every container has a limit. */
  ContainerUse.MemoryUse memory() {
    ContainerUse.MemoryUse sum =
        containers.stream()
            .map(ContainerUse::memory)
            .reduce(ContainerUse.MemoryUse.UNKNOWN, ContainerUse.MemoryUse::plus);
    boolean limited = containers.stream().allMatch(one -> one.memory().available().isPresent());
    return limited && !containers.isEmpty()
        ? sum.leaving(
            containers.stream().mapToLong(one -> one.memory().available().orElse(0)).sum())
        : sum;
  }
}
