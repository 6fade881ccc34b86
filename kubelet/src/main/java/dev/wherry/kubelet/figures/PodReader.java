package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.PodCgroups;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.ContainerStats;
import dev.wherry.proto.cri.v1.CpuUsage;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.LinuxPodSandboxStats;
import dev.wherry.proto.cri.v1.MemoryUsage;
import dev.wherry.proto.cri.v1.NetworkInterfaceUsage;
import dev.wherry.proto.cri.v1.PodSandboxStats;
import dev.wherry.proto.cri.v1.UInt64Value;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the node's pods use: the runtime's figures of containers and sandboxes, and what the
 * kernel's files say beyond them. Called under the lock of {@link Figures}.
 */
final class PodReader {
  private static final System.Logger LOG = System.getLogger(PodReader.class.getName());
  private static final Path PROC = Path.of("/proc");

  private final PodParts parts;
  private final Rates rates;

  PodReader(PodParts parts, Rates rates) {
    this.parts = parts;
    this.rates = rates;
  }

  /**
   * @throws CriException when the runtime does not answer
   */
  List<PodUse> read(Collection<PodView> pods, Instant now) {
    Map<String, Map<String, ContainerStats>> containers = containers();
    Map<String, LinuxPodSandboxStats> sandboxes = sandboxes();
    List<PodUse> all = new ArrayList<>();
    for (PodView pod : pods) {
      Map<String, ContainerStats> own = containers.getOrDefault(pod.uid(), Map.of());
      if (!own.isEmpty() || sandboxes.containsKey(pod.uid())) {
        all.add(pod(pod, own, Optional.ofNullable(sandboxes.get(pod.uid())), now));
      }
    }
    all.sort(Comparator.comparing(PodUse::namespace).thenComparing(PodUse::name));
    return all;
  }

  /** By the pod's uid and the container's name; of several runs the last. */
  private Map<String, Map<String, ContainerStats>> containers() {
    Map<String, Map<String, ContainerStats>> byPod = new HashMap<>();
    for (ContainerStats stats : parts.runtime().stats()) {
      Map<String, String> labels = stats.getAttributes().getLabelsMap();
      String uid = labels.getOrDefault(CriLabels.POD_UID, "");
      String name =
          labels.getOrDefault(
              CriLabels.CONTAINER_NAME, stats.getAttributes().getMetadata().getName());
      if (!uid.isEmpty() && stats.getCpu().hasUsageCoreNanoSeconds()) {
        byPod
            .computeIfAbsent(uid, _ -> new TreeMap<>())
            .merge(name, stats, (a, b) -> attempt(b) > attempt(a) ? b : a);
      }
    }
    return byPod;
  }

  private static int attempt(ContainerStats stats) {
    return stats.getAttributes().getMetadata().getAttempt();
  }

  /** Ready sandboxes by the pod's uid; none where the runtime does not tell of them. */
  private Map<String, LinuxPodSandboxStats> sandboxes() {
    Map<String, LinuxPodSandboxStats> byPod = new HashMap<>();
    try {
      for (PodSandboxStats stats : parts.runtime().sandboxStats()) {
        String uid = stats.getAttributes().getMetadata().getUid();
        if (!uid.isEmpty() && stats.hasLinux()) {
          byPod.put(uid, stats.getLinux());
        }
      }
    } catch (CriException e) {
      if (!e.unimplemented()) {
        throw e;
      }
    }
    return byPod;
  }

  private PodUse pod(
      PodView pod,
      Map<String, ContainerStats> containers,
      Optional<LinuxPodSandboxStats> sandbox,
      Instant now) {
    List<ContainerUse> uses = new ArrayList<>();
    containers.forEach((name, stats) -> uses.add(container(pod, name, stats)));
    OptionalLong processes =
        sandbox
            .filter(LinuxPodSandboxStats::hasProcess)
            .map(linux -> value(linux.getProcess().getProcessCount()))
            .orElse(OptionalLong.empty());
    return new PodUse(
        pod.namespace(),
        pod.name(),
        pod.uid(),
        Optional.ofNullable(pod.status().startTime()),
        now,
        uses,
        pod.hostNetwork() ? List.of() : networks(pod, uses, sandbox),
        processes,
        volumes(pod));
  }

  private List<VolumeSpace> volumes(PodView pod) {
    try {
      return parts.csi().space(pod);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no figures of volumes pod={0}: {1}", pod.identity(), e.toString());
      return List.of();
    }
  }

  private ContainerUse container(PodView pod, String name, ContainerStats stats) {
    String id = stats.getAttributes().getId();
    Optional<ContainerStatus> status = status(pod, id);
    CpuUsage cpu = stats.getCpu();
    Instant readAt = Instant.ofEpochSecond(0, cpu.getTimestamp());
    long nanos = cpu.getUsageCoreNanoSeconds().getValue();
    OptionalLong own = rates.of(id, readAt, nanos);
    return new ContainerUse(
        name,
        id,
        status
            .map(ContainerStatus::image)
            .or(() -> pod.container(name).map(named -> named.container().image()))
            .orElse(""),
        status.flatMap(PodReader::startedAt),
        readAt,
        new ContainerUse.CpuUse(
            OptionalLong.of(nanos), cpu.hasUsageNanoCores() ? value(cpu.getUsageNanoCores()) : own),
        memory(stats.getMemory()),
        disk(stats.getWritableLayer()),
        bytesBelow(parts.dirs().logs(pod.namespace(), pod.name(), pod.uid()).resolve(name)),
        parts.cgroups().container(pod, id).map(PodReader::counters).orElse(CgroupCounters.UNKNOWN));
  }

  private static CgroupCounters counters(PodCgroups.Place place) {
    return place.unified()
        ? CgroupCounters.unified(place.mount().resolve(place.path()))
        : CgroupCounters.legacy(place.mount(), place.path());
  }

  private static Optional<ContainerStatus> status(PodView pod, String id) {
    return Stream.of(
            pod.status().containerStatuses(),
            pod.status().initContainerStatuses(),
            pod.status().ephemeralContainerStatuses())
        .flatMap(List::stream)
        .filter(status -> status.containerID().endsWith(id))
        .findFirst();
  }

  private static Optional<Instant> startedAt(ContainerStatus status) {
    return Optional.ofNullable(status.state())
        .flatMap(state -> Optional.ofNullable(state.running()))
        .flatMap(running -> Optional.ofNullable(running.startedAt()));
  }

  private static ContainerUse.MemoryUse memory(MemoryUsage memory) {
    return new ContainerUse.MemoryUse(
        memory.hasAvailableBytes() && memory.getAvailableBytes().getValue() > 0
            ? value(memory.getAvailableBytes())
            : OptionalLong.empty(),
        memory.hasUsageBytes() ? value(memory.getUsageBytes()) : OptionalLong.empty(),
        memory.hasWorkingSetBytes() ? value(memory.getWorkingSetBytes()) : OptionalLong.empty(),
        memory.hasRssBytes() ? value(memory.getRssBytes()) : OptionalLong.empty(),
        memory.hasPageFaults() ? value(memory.getPageFaults()) : OptionalLong.empty(),
        memory.hasMajorPageFaults() ? value(memory.getMajorPageFaults()) : OptionalLong.empty());
  }

  private static ContainerUse.DiskUse disk(FilesystemUsage layer) {
    return new ContainerUse.DiskUse(
        layer.hasUsedBytes() ? value(layer.getUsedBytes()) : OptionalLong.empty(),
        layer.hasInodesUsed() ? value(layer.getInodesUsed()) : OptionalLong.empty());
  }

  private static OptionalLong value(UInt64Value value) {
    return OptionalLong.of(value.getValue());
  }

  /** The kernel's own counters where a process of the pod is found, else the runtime's. */
  private List<NetworkUse> networks(
      PodView pod, List<ContainerUse> containers, Optional<LinuxPodSandboxStats> sandbox) {
    for (ContainerUse container : containers) {
      Optional<Long> pid =
          parts.cgroups().container(pod, container.id()).flatMap(PodCgroups.Place::anyProcess);
      if (pid.isPresent()) {
        try {
          return NetworkUse.parse(
              Files.readAllLines(PROC.resolve(String.valueOf(pid.get())).resolve("net/dev")));
        } catch (IOException _) {
          // It ended in between: the runtime may still know.
        }
      }
    }
    return sandbox
        .filter(LinuxPodSandboxStats::hasNetwork)
        .map(linux -> linux.getNetwork().getDefaultInterface())
        .filter(one -> !one.getName().isEmpty())
        .map(one -> List.of(network(one)))
        .orElse(List.of());
  }

  private static NetworkUse network(NetworkInterfaceUsage one) {
    return new NetworkUse(
        one.getName(),
        one.getRxBytes().getValue(),
        0,
        one.getRxErrors().getValue(),
        0,
        one.getTxBytes().getValue(),
        0,
        one.getTxErrors().getValue(),
        0);
  }

  private static long bytesBelow(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(PodReader::size).sum();
    } catch (IOException _) {
      return 0;
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException _) {
      return 0;
    }
  }
}
