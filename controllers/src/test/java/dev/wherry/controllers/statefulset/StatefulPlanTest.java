package dev.wherry.controllers.statefulset;

import static dev.wherry.controllers.Fixtures.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.controllers.workload.History;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.apps.v1.StatefulSetSpec;
import dev.wherry.model.apps.v1.StatefulSetStatus;
import dev.wherry.model.core.v1.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatefulPlanTest {
  private static final StatefulSet SET =
      StatefulSet.builder()
          .metadata(Fixtures.meta("default", "db").generation(3L).build())
          .spec(
              StatefulSetSpec.builder()
                  .replicas(2)
                  .selector(Workloads.WEB)
                  .template(Workloads.template("app:0"))
                  .build())
          .build();

  private static ControllerRevision revision(String name) {
    return ControllerRevision.builder().metadata(Fixtures.meta("default", name).build()).build();
  }

  private static Pod pod(int ordinal, boolean going) {
    Pod pod = Fixtures.pod("db-" + ordinal, "n", "", true);
    return pod.toBuilder()
        .metadata(
            Fixtures.meta("default", "db-" + ordinal)
                .labels(Map.of("app", "web", History.HASH, "old"))
                .deletionTimestamp(going ? NOW : null)
                .build())
        .build();
  }

  @Test
  void status_podOnItsWayOut_countsUntilItIsGone() {
    StatefulPlan rolls =
        StatefulPlan.of(
            SET,
            revision("old"),
            revision("new"),
            List.of(pod(0, false), pod(1, false)),
            true,
            NOW);
    assertEquals(List.of("db-1"), rolls.delete().stream().map(p -> p.metadata().name()).toList());
    StatefulPlan waits =
        StatefulPlan.of(
            SET, revision("old"), revision("new"), List.of(pod(0, false), pod(1, true)), true, NOW);
    for (StatefulPlan plan : List.of(rolls, waits)) {
      StatefulSetStatus status = plan.status().status();
      assertEquals(2, status.replicas());
      assertEquals(2, status.readyReplicas());
      assertEquals(2, status.availableReplicas());
      assertEquals(1, status.currentReplicas());
      assertEquals(0, Fixtures.or0(status.updatedReplicas()));
      assertEquals("old", status.currentRevision());
    }
  }
}
