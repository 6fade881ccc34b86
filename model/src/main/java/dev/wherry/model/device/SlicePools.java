package dev.wherry.model.device;

import dev.wherry.model.resource.v1.ResourcePool;
import dev.wherry.model.resource.v1.ResourceSlice;
import java.util.Collection;
import java.util.List;

/** Pools of devices and the slices that they are published in (resource.k8s.io ResourcePool). */
public final class SlicePools {
  private SlicePools() {}

  /** The pool of a slice as {@code driver/pool}. */
  public static String key(ResourceSlice slice) {
    ResourcePool pool = slice.spec().pool();
    return key(slice.spec().driver(), pool == null ? "" : pool.name());
  }

  /** A pool as {@code driver/pool}. */
  public static String key(String driver, String pool) {
    return driver + "/" + pool;
  }

  /** Of the slices of one pool those that count: older generations are on their way out. */
  public static List<ResourceSlice> newest(Collection<ResourceSlice> slices) {
    long newest = slices.stream().mapToLong(SlicePools::generation).max().orElse(0);
    return slices.stream().filter(slice -> generation(slice) == newest).toList();
  }

  private static long generation(ResourceSlice slice) {
    ResourcePool pool = slice.spec().pool();
    Long generation = pool == null ? null : pool.generation();
    return generation == null ? 0 : generation;
  }
}
