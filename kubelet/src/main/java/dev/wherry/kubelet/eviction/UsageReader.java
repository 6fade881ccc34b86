package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.PodCgroups;
import dev.wherry.model.core.v1.EmptyDirVolumeSource;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.proto.cri.v1.ContainerStats;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what pods use: memory and layers by the runtime, logs and emptyDir volumes by looking at
 * every file of theirs. Called only when it is needed. For one platform thread.
 */
final class UsageReader {
  private final PodParts parts;
  private final TreeSize trees;

  UsageReader(PodParts parts, DiskCalls calls) {
    this.parts = parts;
    this.trees = new TreeSize(calls);
  }

  /**
   * By uid; pods without a container that the runtime counts are left out.
   *
   * @throws dev.wherry.kubelet.cri.CriException when the runtime does not answer
   */
  Map<String, PodUsage> read(Collection<PodView> pods) {
    Map<String, Map<String, ContainerStats>> byPod = new HashMap<>();
    for (ContainerStats stats : parts.runtime().stats()) {
      Map<String, String> labels = stats.getAttributes().getLabelsMap();
      String name = labels.getOrDefault(CriLabels.CONTAINER_NAME, "");
      if (!name.isEmpty()) {
        byPod
            .computeIfAbsent(labels.getOrDefault(CriLabels.POD_UID, ""), _ -> new HashMap<>())
            .merge(name, stats, (a, b) -> attempt(b) > attempt(a) ? b : a);
      }
    }
    Map<String, PodUsage> usage = new HashMap<>();
    for (PodView pod : pods) {
      Map<String, ContainerStats> own = byPod.get(pod.uid());
      if (own != null) {
        usage.put(pod.uid(), of(pod, own));
      }
    }
    return usage;
  }

  private static int attempt(ContainerStats stats) {
    return stats.getAttributes().getMetadata().getAttempt();
  }

  private PodUsage of(PodView pod, Map<String, ContainerStats> stats) {
    Map<String, PodUsage.OfContainer> containers = new HashMap<>();
    long processes = 0;
    Path logs = parts.dirs().logs(pod.namespace(), pod.name(), pod.uid());
    for (Map.Entry<String, ContainerStats> one : stats.entrySet()) {
      FilesystemUsage layer = one.getValue().getWritableLayer();
      containers.put(
          one.getKey(),
          new PodUsage.OfContainer(
              one.getValue().getMemory().getWorkingSetBytes().getValue(),
              new PodUsage.OnDisk(
                  layer.getUsedBytes().getValue(), layer.getInodesUsed().getValue()),
              trees.of(logs.resolve(one.getKey()))));
      processes +=
          parts
              .cgroups()
              .container(pod, one.getValue().getAttributes().getId())
              .map(UsageReader::processes)
              .orElse(0L);
    }
    return new PodUsage(containers, volumes(pod), processes);
  }

  private Map<String, PodUsage.OnDisk> volumes(PodView pod) {
    Map<String, PodUsage.OnDisk> volumes = new HashMap<>();
    for (Volume volume : pod.spec().volumes()) {
      Optional<EmptyDirVolumeSource> onDisk =
          Optional.ofNullable(volume.emptyDir()).filter(v -> !v.medium().equals("Memory"));
      if (onDisk.isPresent()) {
        Path path = parts.dirs().volume(pod.uid(), "empty-dir", volume.name());
        volumes.put(volume.name(), trees.of(path));
      }
    }
    return volumes;
  }

  private static long processes(PodCgroups.Place place) {
    Path root = place.unified() ? place.mount() : place.mount().resolve("pids");
    try {
      return Long.parseLong(
          Files.readString(root.resolve(place.path()).resolve("pids.current")).strip());
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }
}
