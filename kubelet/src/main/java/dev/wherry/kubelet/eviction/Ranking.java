package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.admission.Demand;
import dev.wherry.kubelet.pod.PodView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who goes first: pods that use more than they asked for, then those of lower priority, then those
 * that use most beyond what they asked for (rule: upstream's rankMemoryPressure, rankDiskPressure,
 * rankPIDPressure). A pod nobody has figures of comes before those with figures. Pure.
 */
final class Ranking {
  private static final String DISK = "ephemeral-storage";

  private final Signal signal;
  private final boolean ownImageDisk;
  private final Map<String, PodUsage> usage;

  /**
   * @param ownImageDisk whether images and containers' roots lie on a disk of their own
   * @param usage by uid
   */
  Ranking(Signal signal, boolean ownImageDisk, Map<String, PodUsage> usage) {
    this.signal = signal;
    this.ownImageDisk = ownImageDisk;
    this.usage = usage;
  }

  List<PodView> order(List<PodView> pods) {
    Comparator<PodView> order =
        Comparator.comparing((PodView pod) -> usage.containsKey(pod.uid()))
            .thenComparing(pod -> signal != Signal.PIDS_AVAILABLE && beyond(pod, exceeded()) <= 0)
            .thenComparing(CriticalPods::priority)
            .thenComparing(
                Comparator.comparingLong((PodView pod) -> beyond(pod, sized())).reversed());
    List<PodView> sorted = new ArrayList<>(pods);
    sorted.sort(order);
    return sorted;
  }

  /** The request that use is held against; inodes and processes cannot be asked for. */
  private String exceeded() {
    return switch (signal) {
      case MEMORY_AVAILABLE -> "memory";
      case NODEFS_AVAILABLE, IMAGEFS_AVAILABLE -> DISK;
      case NODEFS_INODES, IMAGEFS_INODES, PIDS_AVAILABLE -> "";
    };
  }

  /** Upstream takes the bytes asked for from inodes too when it compares sizes. */
  private String sized() {
    return signal == Signal.NODEFS_INODES || signal == Signal.IMAGEFS_INODES ? DISK : exceeded();
  }

  private long beyond(PodView pod, String request) {
    return used(pod) - (request.isEmpty() ? 0 : Demand.of(pod).amount(request));
  }

  long used(PodView pod) {
    return Optional.ofNullable(usage.get(pod.uid())).map(this::used).orElse(0L);
  }

  private long used(PodUsage use) {
    boolean images = signal == Signal.IMAGEFS_AVAILABLE || signal == Signal.IMAGEFS_INODES;
    PodUsage.OnDisk disk = use.disk(!ownImageDisk || images, !ownImageDisk || !images);
    return switch (signal) {
      case MEMORY_AVAILABLE -> use.memoryBytes();
      case NODEFS_AVAILABLE, IMAGEFS_AVAILABLE -> disk.bytes();
      case NODEFS_INODES, IMAGEFS_INODES -> disk.inodes();
      case PIDS_AVAILABLE -> use.processes();
    };
  }
}
