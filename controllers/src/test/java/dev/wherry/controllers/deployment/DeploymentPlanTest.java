package dev.wherry.controllers.deployment;

import static dev.wherry.controllers.Fixtures.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.IntOrString;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentCondition;
import dev.wherry.model.apps.v1.DeploymentStrategy;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.ReplicaSetSpec;
import dev.wherry.model.apps.v1.ReplicaSetStatus;
import dev.wherry.model.apps.v1.RollingUpdateDeployment;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeploymentPlanTest {
  private static ReplicaSet set(String name, String image, int size, int available, int max) {
    ObjectMeta meta =
        Fixtures.meta("default", name)
            .creationTimestamp(NOW.plusSeconds(name.charAt(name.length() - 1)))
            .generation(1L)
            .annotations(
                max == 0 ? Map.of() : Map.of(Revisions.MAX, "" + max, Revisions.DESIRED, "" + max))
            .build();
    return ReplicaSet.builder()
        .metadata(meta)
        .spec(ReplicaSetSpec.builder().replicas(size).template(Workloads.template(image)).build())
        .status(
            ReplicaSetStatus.builder()
                .replicas(size)
                .availableReplicas(available)
                .readyReplicas(available)
                .observedGeneration(1L)
                .build())
        .build();
  }

  private static Map<String, Integer> sizes(DeploymentPlan plan) {
    Map<String, Integer> sizes = new TreeMap<>();
    plan.create().ifPresent(created -> sizes.put("new", created.spec().replicas()));
    for (Action action : plan.actions()) {
      if (action instanceof Action.Update<?>(var _, ReplicaSet set)) {
        sizes.put(set.metadata().name(), set.spec().replicas());
      }
    }
    return sizes;
  }

  private static Map<String, Integer> plan(Deployment deployment, ReplicaSet... sets) {
    return sizes(DeploymentPlan.of(deployment, List.of(sets), List.of(), NOW));
  }

  @Test
  void rollingUpdate_steps_staysWithinSurgeAndAvailability() {
    Deployment ten = Workloads.deployment("web", 10, 3, 2);
    assertEquals(Map.of("new", 10), plan(ten));
    // 13 at most: three new ones, and at once as many old ones go as may be unavailable.
    assertEquals(Map.of("new", 3, "web-1", 8), plan(ten, set("web-1", "app:9", 10, 10, 10)));
    assertEquals(
        Map.of("web-2", 5),
        plan(ten, set("web-1", "app:9", 8, 8, 10), set("web-2", "app:0", 3, 0, 10)));
    // Unhealthy old pods go first, and cost no availability.
    assertEquals(
        Map.of("web-1", 3, "web-2", 5),
        plan(ten, set("web-1", "app:9", 8, 3, 10), set("web-2", "app:0", 5, 5, 10)));
  }

  @Test
  void percentages_roundUpForSurgeDownForUnavailable_neverBothZero() {
    Deployment four = Workloads.deployment("web", 3, 1, 1);
    RollingUpdateDeployment rolling =
        RollingUpdateDeployment.builder()
            .maxSurge(IntOrString.of("25%"))
            .maxUnavailable(IntOrString.of("25%"))
            .build();
    DeploymentStrategy strategy =
        DeploymentStrategy.builder().type("RollingUpdate").rollingUpdate(rolling).build();
    DeploymentFacts facts =
        DeploymentFacts.of(
            four.toBuilder().spec(four.spec().toBuilder().strategy(strategy).build()).build());
    assertEquals(1, facts.maxSurge());
    assertEquals(0, facts.maxUnavailable());
    RollingUpdateDeployment none =
        RollingUpdateDeployment.builder()
            .maxSurge(IntOrString.of("0%"))
            .maxUnavailable(IntOrString.of("10%"))
            .build();
    assertEquals(
        1,
        DeploymentFacts.of(
                four.toBuilder()
                    .spec(
                        four.spec().toBuilder()
                            .strategy(strategy.toBuilder().rollingUpdate(none).build())
                            .build())
                    .build())
            .maxUnavailable());
  }

  @Test
  void scaledInTheMiddle_bothSetsGrowInProportion() {
    Deployment fifteen = Workloads.deployment("web", 30, 3, 2);
    // 8 + 5 of 13 before; 33 of 33 afterwards, the rounding goes to the largest.
    Map<String, Integer> sizes =
        plan(fifteen, set("web-1", "app:9", 8, 8, 13), set("web-2", "app:0", 5, 0, 13));
    assertEquals(33, sizes.values().stream().mapToInt(i -> i).sum());
    assertEquals(20, sizes.get("web-1"));
  }

  @Test
  void paused_templateChanges_nothingNew_scalingFollows() {
    Deployment two = Workloads.deployment("web", 2, 1, 0);
    Deployment paused = two.toBuilder().spec(two.spec().toBuilder().paused(true).build()).build();
    DeploymentPlan plan =
        DeploymentPlan.of(paused, List.of(set("web-1", "app:9", 1, 1, 1)), List.of(), NOW);
    assertEquals(Map.of("web-1", 2), sizes(plan));
    assertTrue(plan.create().isEmpty());
    assertEquals(
        List.of("DeploymentPaused", "MinimumReplicasUnavailable"),
        plan.status().orElseThrow().status().conditions().stream()
            .map(DeploymentCondition::reason)
            .toList());
  }

  @Test
  void recreate_oldPodsLeft_newSetWaits() {
    Deployment two = Workloads.deployment("web", 2, 1, 0);
    Deployment recreate =
        two.toBuilder()
            .spec(
                two.spec().toBuilder()
                    .strategy(DeploymentStrategy.builder().type("Recreate").build())
                    .build())
            .build();
    assertEquals(Map.of("web-1", 0), plan(recreate, set("web-1", "app:9", 2, 2, 2)));
    ReplicaSet ending = set("web-1", "app:9", 0, 0, 2);
    assertEquals(Map.of("new", 2), plan(recreate, ending));
    DeploymentPlan waits =
        DeploymentPlan.of(
            recreate, List.of(ending), List.of(Fixtures.pod("p", "n", "", true)), NOW);
    assertTrue(waits.create().isEmpty());
  }

  @Test
  void progress_noMovementPastTheDeadline_timesOut() {
    Deployment two = Workloads.deployment("web", 2, 1, 0);
    DeploymentCondition stuck =
        Progress.condition("Progressing", "True", "ReplicaSetUpdated", "", NOW);
    ReplicaSet set = set("web-1", "app:0", 2, 0, 2);
    Deployment waiting =
        two.toBuilder()
            .status(
                two.status().toBuilder()
                    .replicas(2)
                    .updatedReplicas(2)
                    .unavailableReplicas(2)
                    .conditions(new ArrayList<>(List.of(stuck)))
                    .build())
            .build();
    List<String> reasons =
        DeploymentPlan.of(waiting, List.of(set), List.of(), NOW.plusSeconds(601))
            .status()
            .orElseThrow()
            .status()
            .conditions()
            .stream()
            .map(DeploymentCondition::reason)
            .toList();
    assertTrue(reasons.contains("ProgressDeadlineExceeded"), reasons::toString);
    assertEquals(
        602,
        DeploymentPlan.of(waiting, List.of(set), List.of(), NOW.minusSeconds(1))
            .again()
            .toSeconds());
  }

  @Test
  void unavailable_isWhatWasAskedForAndIsNotThere() {
    Deployment three = Workloads.deployment("web", 3, 1, 0);
    ReplicaSet set = set("web-1", "app:0", 3, 0, 0);
    ReplicaSet young = set.toBuilder().status(set.status().toBuilder().replicas(0).build()).build();
    var status = DeploymentPlan.of(three, List.of(young), List.of(), NOW).status().orElseThrow();
    assertEquals(3, status.status().unavailableReplicas());
    assertEquals(null, status.status().replicas());
  }

  @Test
  void history_grows_oldestRevisionsAreCutOff() {
    assertEquals("1", Revisions.history("", "1"));
    assertEquals("1,2", Revisions.history("1", "2"));
    String longText = "111111,".repeat(285) + "9";
    assertTrue(Revisions.history(longText, "1234567").length() <= 2_000);
    assertTrue(Revisions.history(longText, "1234567").endsWith(",9,1234567"));
  }
}
