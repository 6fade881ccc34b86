package dev.wherry.kubelet.placement;

import dev.wherry.kubelet.pod.PodView;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One kind of resource that containers get to themselves: CPUs, memory, devices. Calls that change
 * it come one at a time.
 */
public interface ResourceBook {
  /**
   * Where a container's share could come from, by resource. No entry: it asks for none or does not
   * mind; an empty list: there is no way.
   */
  Map<String, List<NumaHint>> hints(PodView pod, PodView.Named container);

  /** The same for all containers of a pod together. */
  Map<String, List<NumaHint>> hints(PodView pod);

  /**
   * Sets a container's share aside; what it holds already stays.
   *
   * @param nodes where it should come from
   */
  void give(PodView pod, PodView.Named container, NumaNodes nodes)
      throws PlacementException, InterruptedException;

  /** Takes back all that a pod holds; any thread. */
  void release(String uid);

  /** Takes back what others than these pods hold. */
  void keepOnly(Set<String> uids);
}
