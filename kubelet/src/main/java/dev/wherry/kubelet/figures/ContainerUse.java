package dev.wherry.kubelet.figures;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one running container uses; an empty value is one that nobody knows.
 *
 * @param id the runtime's id
 * @param startedAt empty until the API has heard of the start
 * @param readAt when the runtime counted
 * @param rootFs of its writable layer
 * @param logBytes of its log files on the node
 * @param kernel what the container's cgroup says beyond the runtime's figures
 */
record ContainerUse(
    String name,
    String id,
    String image,
    Optional<Instant> startedAt,
    Instant readAt,
    CpuUse cpu,
    MemoryUse memory,
    DiskUse rootFs,
    long logBytes,
    CgroupCounters kernel) {

  /**
   * CPU time.
   *
   * @param nanos core time since the start
   * @param nanoCores the present rate
   */
  record CpuUse(OptionalLong nanos, OptionalLong nanoCores) {
    static final CpuUse UNKNOWN = new CpuUse(OptionalLong.empty(), OptionalLong.empty());

    CpuUse plus(CpuUse other) {
      return new CpuUse(sum(nanos, other.nanos), sum(nanoCores, other.nanoCores));
    }
  }

  /**
   * Memory in bytes, faults as counts.
   *
   * @param available to the limit; empty without one
   * @param workingSet in use, without the cache that can go at once
   */
  record MemoryUse(
      OptionalLong available,
      OptionalLong usage,
      OptionalLong workingSet,
      OptionalLong rss,
      OptionalLong faults,
      OptionalLong majorFaults) {
    static final MemoryUse UNKNOWN =
        new MemoryUse(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());

    /** The same with so much available. */
    MemoryUse leaving(long bytes) {
      return new MemoryUse(
          OptionalLong.of(Math.max(0, bytes)), usage, workingSet, rss, faults, majorFaults);
    }

    /** The sum; what is available to several is not known. */
    MemoryUse plus(MemoryUse other) {
      return new MemoryUse(
          OptionalLong.empty(),
          sum(usage, other.usage),
          sum(workingSet, other.workingSet),
          sum(rss, other.rss),
          sum(faults, other.faults),
          sum(majorFaults, other.majorFaults));
    }
  }

  /** Bytes and inodes on a disk. */
  record DiskUse(OptionalLong bytes, OptionalLong inodes) {
    static final DiskUse UNKNOWN = new DiskUse(OptionalLong.empty(), OptionalLong.empty());
  }

  private static OptionalLong sum(OptionalLong a, OptionalLong b) {
    if (a.isEmpty()) {
      return b;
    }
    return b.isEmpty() ? a : OptionalLong.of(a.getAsLong() + b.getAsLong());
  }
}
