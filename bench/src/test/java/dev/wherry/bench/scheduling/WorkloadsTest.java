package dev.wherry.bench.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A slice of every workload: the figures mean nothing, but every pod finds its node. */
class WorkloadsTest {
  private static final int NODES = 50;

  @TestFactory
  List<DynamicTest> decisions_everyWorkload_placeAllPods() {
    return Workloads.all(NODES).stream()
        .map(workload ->
            DynamicTest.dynamicTest(
                workload.name(),
                () -> assertEquals(workload.measuredPods(), DecisionRun.of(workload, 1).placed())))
        .toList();
  }

  @Test
  void cluster_preemption_bindsAllPods(@TempDir Path folder) throws Exception {
    Workload preemption =
        Workloads.all(5).stream()
            .filter(workload -> workload.name().equals("preemption"))
            .findFirst()
            .orElseThrow();

    assertTrue(ClusterRun.of(preemption, folder, 1) > 0);
  }
}
