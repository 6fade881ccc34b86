package dev.wherry.scheduler.view;

import dev.wherry.model.device.SlicePools;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.model.resource.v1.ResourceSliceSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** All pools of devices, found by node. Immutable but for what it remembers; any thread. */
public final class DevicePools {
  /** Selectors whose verdicts are remembered; more of them, and all are asked again. */
  private static final int SELECTORS_MAX = 256;

  private final Map<String, List<DevicePool>> byNode = new HashMap<>();
  private final List<DevicePool> wide = new ArrayList<>();
  private final Map<String, Map<DeviceId, Boolean>> matches = new ConcurrentHashMap<>();

  DevicePools(Collection<ResourceSlice> slices) {
    Map<String, List<ResourceSlice>> byPool = new TreeMap<>();
    for (ResourceSlice slice : slices) {
      byPool.computeIfAbsent(SlicePools.key(slice), k -> new ArrayList<>()).add(slice);
    }
    byPool.values().forEach(all -> add(newest(all)));
  }

  private static DevicePool newest(List<ResourceSlice> all) {
    List<ResourceSlice> slices =
        SlicePools.newest(all).stream()
            .sorted(Comparator.comparing(slice -> slice.metadata().name()))
            .toList();
    ResourceSliceSpec spec = slices.getFirst().spec();
    return DevicePool.of(spec.driver(), spec.pool() == null ? "" : spec.pool().name(), slices);
  }

  /** A pool whose slices all name their node is looked at for these nodes only. */
  private void add(DevicePool pool) {
    Set<String> nodes = new LinkedHashSet<>();
    for (ResourceSlice slice : pool.slices()) {
      nodes.add(slice.spec().nodeName());
    }
    if (nodes.contains("")) {
      wide.add(pool);
    } else {
      nodes.forEach(node -> byNode.computeIfAbsent(node, n -> new ArrayList<>()).add(pool));
    }
  }

  /** The pools that may have something for a node, those of the node alone first. */
  public List<DevicePool> near(NodeView node) {
    List<DevicePool> own = byNode.getOrDefault(node.name(), List.of());
    if (wide.isEmpty()) {
      return own;
    }
    List<DevicePool> all = new ArrayList<>(own);
    all.addAll(wide);
    return all;
  }

  /** Whether a device meets a selector; asked once for as long as no slice changes. */
  public boolean matches(String selector, DeviceId device, Predicate<DeviceId> test) {
    if (matches.size() > SELECTORS_MAX) {
      matches.clear();
    }
    Map<DeviceId, Boolean> known =
        matches.computeIfAbsent(selector, s -> new ConcurrentHashMap<>());
    Boolean verdict = known.get(device);
    if (verdict == null) {
      verdict = test.test(device);
      known.put(device, verdict);
    }
    return verdict;
  }
}
