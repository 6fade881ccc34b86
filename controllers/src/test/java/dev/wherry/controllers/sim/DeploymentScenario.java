package dev.wherry.controllers.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.deployment.DeploymentController;
import dev.wherry.controllers.replicaset.ReplicaController;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentCondition;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.core.v1.Pod;
import java.util.List;

/** A Deployment that is updated, scaled and paused; its pods do not fail by themselves. */
final class DeploymentScenario implements Scenario {
  private static final int SURGE = 2;
  private static final int UNAVAILABLE = 1;
  private int mostEver;
  private int floor;
  private boolean complete;

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(new DeploymentController(parts), ReplicaController.ofSets(parts));
  }

  @Override
  public void begin(World world) {
    mostEver = 5;
    world.api().create(Deployment.KIND, Workloads.deployment("web", 5, SURGE, UNAVAILABLE));
  }

  @Override
  public void user(World world) {
    int what = world.random().nextInt(10);
    if (what < 2) {
      int size = 1 + world.random().nextInt(8);
      floor = 0;
      mostEver = Math.max(mostEver, size);
      world.edit(
          Deployment.KIND,
          "web",
          d -> d.toBuilder().spec(d.spec().toBuilder().replicas(size).build()).build());
    } else if (what < 5) {
      if (!complete) {
        // Pods that are just starting become old ones: those that look unready may go, be they
        // ready by then or not.
        floor = 0;
      }
      String image = "app:" + world.random().nextInt(4);
      world.edit(Deployment.KIND, "web", d -> Workloads.withImage(d, image));
    } else if (what < 7) {
      boolean paused = world.random().nextInt(3) == 0;
      world.edit(
          Deployment.KIND,
          "web",
          d -> d.toBuilder().spec(d.spec().toBuilder().paused(paused).build()).build());
    }
  }

  @Override
  public void check(World world) {
    Deployment deployment = world.api().get(Deployment.KIND, "default", "web");
    int wanted = deployment.spec().replicas();
    int sizes = 0;
    int sets = 0;
    boolean whole = false;
    int available = 0;
    int active = 0;
    for (ReplicaSet set : world.owned(ReplicaSet.KIND, deployment.metadata().uid())) {
      int size = set.spec().replicas();
      int ownAvailable = 0;
      sizes += size;
      sets += set.spec().replicas() > 0 ? 1 : 0;
      for (Pod pod : world.owned(Pod.KIND, set.metadata().uid())) {
        ownAvailable += PodFacts.isActive(pod) && PodFacts.isReady(pod) ? 1 : 0;
        active += PodFacts.isActive(pod) ? 1 : 0;
      }
      available += ownAvailable;
      // Pods of a set that was scaled away already may go at any moment, and so may those of one
      // that was scaled down and up again before its controller heard of either.
      boolean heard = set.metadata().generation().equals(set.status().observedGeneration());
      whole |= size == wanted && ownAvailable == wanted && heard;
    }
    assertTrue(sizes <= mostEver + SURGE, sizes + " asked for, " + (mostEver + SURGE) + " allowed");
    assertTrue(active <= 2 * (mostEver + SURGE), active + " pods");
    assertTrue(available >= floor, available + " available, " + floor + " promised");
    complete =
        whole
            && active == wanted
            && sets == 1
            // Else the size may be that of a moment, down and up again, of which only half was
            // heard.
            && deployment.metadata().generation().equals(deployment.status().observedGeneration())
            && Fixtures.or0(deployment.status().availableReplicas()) == wanted;
    if (complete) {
      floor = wanted - UNAVAILABLE;
    }
  }

  @Override
  public void settled(World world) {
    Deployment deployment = world.api().get(Deployment.KIND, "default", "web");
    int wanted = deployment.spec().replicas();
    assertEquals(deployment.metadata().generation(), deployment.status().observedGeneration());
    if (Boolean.TRUE.equals(deployment.spec().paused())) {
      return;
    }
    assertEquals(wanted, Fixtures.or0(deployment.status().availableReplicas()));
    assertEquals(wanted, Fixtures.or0(deployment.status().updatedReplicas()));
    assertEquals(0, Fixtures.or0(deployment.status().unavailableReplicas()));
    List<ReplicaSet> sets = world.owned(ReplicaSet.KIND, deployment.metadata().uid());
    List<ReplicaSet> active = sets.stream().filter(s -> s.spec().replicas() > 0).toList();
    assertEquals(1, active.size());
    assertTrue(sets.size() <= 3, sets.size() + " ReplicaSets kept");
    assertEquals(
        deployment.metadata().annotations().get("deployment.kubernetes.io/revision"),
        active.getFirst().metadata().annotations().get("deployment.kubernetes.io/revision"));
    List<String> reasons =
        deployment.status().conditions().stream().map(DeploymentCondition::reason).toList();
    assertTrue(reasons.contains("NewReplicaSetAvailable"), reasons::toString);
    assertTrue(reasons.contains("MinimumReplicasAvailable"), reasons::toString);
  }
}
