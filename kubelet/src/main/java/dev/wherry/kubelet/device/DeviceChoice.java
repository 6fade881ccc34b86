package dev.wherry.kubelet.device;

import dev.wherry.kubelet.placement.NumaHint;
import dev.wherry.kubelet.placement.NumaNodes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which devices could be given, as sets by their place. Pure. */
final class DeviceChoice {
  private DeviceChoice() {}

  /**
   * Devices by how they lie to where they are wanted (rule: upstream's filterByAffinity).
   *
   * @param near on a wanted node
   * @param far on other nodes
   * @param anywhere whose place is not known
   */
  record Sorted(Set<String> near, Set<String> far, Set<String> anywhere) {}

  static Sorted sort(Collection<String> ids, Map<String, Device> devices, NumaNodes wanted) {
    Set<String> near = new TreeSet<>();
    Set<String> far = new TreeSet<>();
    Set<String> anywhere = new TreeSet<>();
    boolean minds = !wanted.equals(NumaNodes.ANY);
    for (String id : ids) {
      Device device = devices.get(id);
      if (!minds || device == null || !device.placed()) {
        anywhere.add(id);
      } else if (device.nodes().intersects(wanted)) {
        near.add(id);
      } else {
        far.add(id);
      }
    }
    return new Sorted(near, far, anywhere);
  }

  /**
   * From which nodes so many devices could come (rule: upstream's generateDeviceTopologyHints).
   *
   * @param devices all of the resource, in use or not
   * @param reusable held by the pod's init containers, and therefore to be among them
   */
  static List<NumaHint> hints(
      NumaNodes machine,
      Map<String, Device> devices,
      Collection<String> available,
      Collection<String> reusable,
      int count) {
    int least = machine.size();
    List<NumaNodes> possible = new ArrayList<>();
    for (NumaNodes nodes : machine.combinations()) {
      long there = devices.values().stream().filter(d -> d.nodes().intersects(nodes)).count();
      if (there >= count && nodes.size() < least) {
        least = nodes.size();
      }
      if (enough(nodes, devices, available, reusable, count)) {
        possible.add(nodes);
      }
    }
    int size = least;
    return possible.stream().map(nodes -> new NumaHint(nodes, nodes.size() == size)).toList();
  }

  private static boolean enough(
      NumaNodes nodes,
      Map<String, Device> devices,
      Collection<String> available,
      Collection<String> reusable,
      int count) {
    int matching = 0;
    for (String id : reusable) {
      Device device = devices.get(id);
      if (device != null && device.placed()) {
        if (!device.nodes().intersects(nodes)) {
          return false;
        }
        matching++;
      }
    }
    for (String id : available) {
      Device device = devices.get(id);
      matching += device != null && device.nodes().intersects(nodes) ? 1 : 0;
    }
    return matching >= count;
  }
}
