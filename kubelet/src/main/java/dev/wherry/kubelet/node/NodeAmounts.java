package dev.wherry.kubelet.node;

import dev.wherry.kubelet.device.DeviceBook;
import dev.wherry.kubelet.device.ResourceNames;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.NodeStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a node shows that it has: the machine's, devices as their plugins tell, and what somebody
 * wrote into its status by hand, which stays (rule: upstream's MachineInfo setter). Pure.
 */
record NodeAmounts(Map<String, Quantity> capacity, Map<String, Quantity> allocatable) {

  static NodeAmounts of(
      NodeStatus before,
      Map<String, Quantity> capacity,
      Map<String, Quantity> allocatable,
      Map<String, DeviceBook.Amount> devices) {
    Map<String, Quantity> has = new LinkedHashMap<>(capacity);
    Map<String, Quantity> gives = new LinkedHashMap<>(allocatable);
    before
        .capacity()
        .forEach((name, amount) -> {
          if (ResourceNames.extended(name) && !devices.containsKey(name)) {
            has.putIfAbsent(name, amount);
            gives.putIfAbsent(name, amount);
          }
        });
    devices.forEach((name, amount) -> {
      has.put(name, amount.capacity());
      gives.put(name, amount.allocatable());
    });
    return new NodeAmounts(has, gives);
  }
}
