package dev.wherry.kubelet.figures;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the node has and uses.
 *
 * @param bootedAt since when it runs
 * @param cpuNanos core time of all programs since then
 * @param nanoCores the present rate
 * @param memory {@code available} is what the working set leaves
 * @param networks physical and virtual interfaces, the one with the default route first
 * @param disk the file system of the kubelet's own directory
 * @param imageBytes of all images
 * @param program what this program itself uses
 */
record NodeUse(
    String name,
    Instant readAt,
    Instant bootedAt,
    int cores,
    long memoryBytes,
    long cpuNanos,
    OptionalLong nanoCores,
    ContainerUse.MemoryUse memory,
    Swap swap,
    List<NetworkUse> networks,
    Disk disk,
    OptionalLong imageBytes,
    Tasks tasks,
    Program program) {

  /** Bytes of swap. */
  record Swap(long availableBytes, long usedBytes) {}

  /** Bytes of a file system. */
  record Disk(long capacityBytes, long availableBytes) {
    long usedBytes() {
      return capacityBytes - availableBytes;
    }
  }

  /** Tasks there are, and how many there may be. */
  record Tasks(long running, long max) {}

  /** CPU time, memory and page faults of this process. */
  record Program(Instant startedAt, long cpuNanos, long rssBytes, long faults, long majorFaults) {}
}
