package dev.wherry.kubelet.eviction;

import java.util.Map;

/**
 * What one pod uses of what nodes run short of.
 *
 * @param containers by name
 * @param volumes by name, those that lie on the node's disk
 * @param processes 0 where nobody counts them
 */
record PodUsage(Map<String, OfContainer> containers, Map<String, OnDisk> volumes, long processes) {
  PodUsage {
    containers = Map.copyOf(containers);
    volumes = Map.copyOf(volumes);
  }

  /**
   * Of one container.
   *
   * @param memoryBytes its working set
   * @param layer what it wrote into its own root
   */
  record OfContainer(long memoryBytes, OnDisk layer, OnDisk logs) {}

  /** Bytes and inodes on a disk. */
  record OnDisk(long bytes, long inodes) {
    static final OnDisk NONE = new OnDisk(0, 0);

    OnDisk plus(OnDisk other) {
      return new OnDisk(bytes + other.bytes, inodes + other.inodes);
    }
  }

  long memoryBytes() {
    return containers.values().stream().mapToLong(OfContainer::memoryBytes).sum();
  }

  /**
   * What it has on disks.
   *
   * @param layers whether the containers' own roots count
   * @param node whether logs and volumes count
   */
  OnDisk disk(boolean layers, boolean node) {
    OnDisk sum = OnDisk.NONE;
    for (OfContainer container : containers.values()) {
      sum = layers ? sum.plus(container.layer()) : sum;
      sum = node ? sum.plus(container.logs()) : sum;
    }
    for (OnDisk volume : volumes.values()) {
      sum = node ? sum.plus(volume) : sum;
    }
    return sum;
  }
}
