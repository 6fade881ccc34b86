package dev.wherry.scheduler.view;

import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.placement.NodeSelectors;
import dev.wherry.model.resource.v1.Counter;
import dev.wherry.model.resource.v1.CounterSet;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.model.resource.v1.ResourceSliceSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest generation of one driver's pool (structured GatherPools).
 *
 * @param slices in the order of their names
 * @param incomplete slices are missing: it is being written
 * @param invalid it contradicts itself
 */
public record DevicePool(
    String driver, String name, List<ResourceSlice> slices, boolean incomplete, boolean invalid) {
  public DevicePool {
    slices = List.copyOf(slices);
  }

  static DevicePool of(String driver, String name, List<ResourceSlice> slices) {
    var pool = slices.getFirst().spec().pool();
    Long wanted = pool == null ? null : pool.resourceSliceCount();
    boolean incomplete = wanted == null || wanted != slices.size();
    return new DevicePool(driver, name, slices, incomplete, contradicts(slices));
  }

  private static boolean contradicts(List<ResourceSlice> slices) {
    Set<String> devices = new HashSet<>();
    Set<String> sets = new HashSet<>();
    for (ResourceSlice slice : slices) {
      for (CounterSet set : slice.spec().sharedCounters()) {
        if (!sets.add(set.name())) {
          return true;
        }
      }
      for (Device device : slice.spec().devices()) {
        if (!devices.add(device.name())) {
          return true;
        }
      }
    }
    return slices.stream()
        .flatMap(slice -> slice.spec().devices().stream())
        .flatMap(device -> device.consumesCounters().stream())
        .anyMatch(consumed -> !sets.contains(consumed.counterSet()));
  }

  /** Whether a slice has devices for a node; which ones may be said by each device. */
  public static boolean reaches(ResourceSlice slice, NodeView node) {
    ResourceSliceSpec spec = slice.spec();
    return Boolean.TRUE.equals(spec.perDeviceNodeSelection())
        ? spec.devices().stream().anyMatch(device -> reaches(device, node))
        : reaches(spec.nodeName(), spec.allNodes(), spec.nodeSelector(), node);
  }

  /** Whether a device that says so itself is for a node. */
  public static boolean reaches(Device device, NodeView node) {
    return reaches(device.nodeName(), device.allNodes(), device.nodeSelector(), node);
  }

  private static boolean reaches(
      String nodeName, @Nullable Boolean allNodes, @Nullable NodeSelector selector, NodeView node) {
    if (!nodeName.isEmpty()) {
      return nodeName.equals(node.name());
    }
    return Boolean.TRUE.equals(allNodes) || (selector != null && matches(selector, node));
  }

  /**
   * Whether a node meets one of a selector's terms; a term that asks for nothing is met by none.
   */
  public static boolean matches(NodeSelector selector, NodeView node) {
    Map<String, String> fields = Map.of("metadata.name", node.name());
    for (NodeSelectorTerm term : selector.nodeSelectorTerms()) {
      boolean empty = term.matchExpressions().isEmpty() && term.matchFields().isEmpty();
      if (!empty
          && NodeSelectors.matches(term.matchExpressions(), node.labels())
          && NodeSelectors.matches(term.matchFields(), fields)) {
        return true;
      }
    }
    return false;
  }

  /** What devices may consume together of each counter set, by its name. */
  public Map<String, Map<String, Counter>> counters() {
    Map<String, Map<String, Counter>> counters = new HashMap<>();
    for (ResourceSlice slice : slices) {
      slice.spec().sharedCounters().forEach(set -> counters.put(set.name(), set.counters()));
    }
    return counters;
  }
}
