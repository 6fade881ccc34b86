package dev.wherry.kubelet.node;

import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.proto.cri.v1.RuntimeCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How the node is doing.
 *
 * @param problem why it is not ready; empty when it is
 */
record NodeHealth(String problem, boolean lowMemory, boolean lowDisk) {
  private static final long MEMORY_BYTES_MIN = 100L * 1024 * 1024;
  private static final int DISK_PERCENT_MIN = 10;

  static NodeHealth look(CriRuntime runtime, KubeletConfig config) {
    return new NodeHealth(runtimeProblem(runtime), memoryIsLow(), diskIsLow(config.dataDir()));
  }

  private static String runtimeProblem(CriRuntime runtime) {
    List<RuntimeCondition> conditions;
    try {
      conditions = runtime.status().getStatus().getConditionsList();
    } catch (CriException e) {
      return "container runtime is down: " + e.text();
    }
    for (RuntimeCondition condition : conditions) {
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

  private static boolean memoryIsLow() {
    return HostFigures.availableMemoryBytes() < MEMORY_BYTES_MIN;
  }

  private static boolean diskIsLow(Path dataDir) {
    try {
      var store = Files.getFileStore(dataDir);
      return store.getUsableSpace() < store.getTotalSpace() / 100 * DISK_PERCENT_MIN;
    } catch (IOException _) {
      return false;
    }
  }
}
