package dev.wherry.kubelet.placement;

/**
 * How a node sets resources aside.
 *
 * @param policy how much a pod's resources must lie together
 * @param wholePod whether all containers of a pod are to lie together (scope pod)
 * @param closest option prefer-closest-numa-nodes
 * @param nodesMax option max-allowable-numa-nodes: on a machine with more, no policy but none
 */
public record PlacementSettings(
    CpuSettings cpus,
    MemorySettings memory,
    TopologyPolicy policy,
    boolean wholePod,
    boolean closest,
    int nodesMax) {
  public static final int NODES_MAX = 8;

  /** Nothing but devices, wherever they are. */
  public static final PlacementSettings NONE =
      new PlacementSettings(
          CpuSettings.NONE, MemorySettings.NONE, TopologyPolicy.NONE, false, false, NODES_MAX);

  /** Whether pods' resources must or should lie together. */
  public boolean aligned() {
    return policy != TopologyPolicy.NONE;
  }
}
