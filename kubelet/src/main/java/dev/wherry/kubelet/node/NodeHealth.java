package dev.wherry.kubelet.node;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.eviction.Pressure;
import dev.wherry.proto.cri.v1.RuntimeCondition;
import dev.wherry.proto.cri.v1.StatusResponse;
import java.util.Set;

/**
 * How the node is doing.
 *
 * @param problem why it is not ready; empty when it is
 * @param pressures what it is short of
 * @param traits what its runtime can do
 */
record NodeHealth(String problem, Set<Pressure> pressures, RuntimeTraits traits) {
  NodeHealth {
    pressures = Set.copyOf(pressures);
  }

  static NodeHealth look(CriRuntime runtime, Set<Pressure> pressures) {
    StatusResponse status;
    try {
      status = runtime.status();
    } catch (CriException e) {
      return new NodeHealth(
          "container runtime is down: " + e.text(), pressures, RuntimeTraits.UNKNOWN);
    }
    return new NodeHealth(problem(status), pressures, RuntimeTraits.of(status));
  }

  private static String problem(StatusResponse status) {
    for (RuntimeCondition condition : status.getStatus().getConditionsList()) {
      if (!condition.getStatus()) {
        String what =
            condition.getType().equals("NetworkReady")
                ? "container runtime network not ready: NetworkReady=false"
                : "container runtime not ready: " + condition.getType() + "=false";
        return what + " reason:" + condition.getReason() + " message:" + condition.getMessage();
      }
    }
    return "";
  }
}
