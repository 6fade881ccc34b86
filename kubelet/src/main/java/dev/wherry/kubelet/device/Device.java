package dev.wherry.kubelet.device;

import dev.wherry.kubelet.placement.NumaNodes;
import dev.wherry.proto.device.v1beta1.NUMANode;

/**
 * One device as its plugin tells of it.
 *
 * @param nodes the memory nodes that it is near; none where the plugin does not say
 */
record Device(String id, boolean healthy, NumaNodes nodes) {
  private static final String HEALTHY = "Healthy";

  static Device of(dev.wherry.proto.device.v1beta1.Device told) {
    int[] nodes =
        told.getTopology().getNodesList().stream()
            .mapToLong(NUMANode::getID)
            .filter(node -> node >= 0 && node < NumaNodes.NODES_MAX)
            .mapToInt(node -> (int) node)
            .toArray();
    return new Device(told.getID(), told.getHealth().equals(HEALTHY), NumaNodes.of(nodes));
  }

  Device withHealth(boolean now) {
    return new Device(id, now, nodes);
  }

  boolean placed() {
    return nodes.size() > 0;
  }
}
