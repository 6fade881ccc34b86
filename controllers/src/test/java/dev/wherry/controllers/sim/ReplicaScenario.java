package dev.wherry.controllers.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.replicaset.ReplicaController;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A ReplicaSet whose pods fail, whose size changes and whose pods are relabelled and deleted. */
final class ReplicaScenario implements Scenario {
  private final Map<String, Integer> largest = new HashMap<>();

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(ReplicaController.ofSets(parts));
  }

  @Override
  public PodLife podLife() {
    return PodLife.FRAGILE;
  }

  @Override
  public void begin(World world) {
    world.api().create(ReplicaSet.KIND, Workloads.replicaSet("web", 4));
    // What was asked for at first counts even where the user's first word comes at once.
    check(world);
  }

  @Override
  public void user(World world) {
    int what = world.random().nextInt(4);
    List<Pod> pods = world.truth(Pod.KIND);
    if (what == 0) {
      int size = world.random().nextInt(7);
      world.edit(
          ReplicaSet.KIND,
          "web",
          set -> set.toBuilder().spec(set.spec().toBuilder().replicas(size).build()).build());
    } else if (!pods.isEmpty()) {
      Pod pod = pods.get(world.random().nextInt(pods.size()));
      if (what == 1) {
        world
            .api()
            .delete(
                Pod.KIND,
                "default",
                pod.metadata().name(),
                dev.wherry.machinery.client.DeleteOptions.DEFAULT);
      } else {
        // Out of the set's sight, or back into it.
        String app = pod.metadata().labels().getOrDefault("app", "");
        String changed = app.equals("web") ? "debug" : "web";
        ObjectMeta meta =
            pod.metadata().toBuilder().labels(Map.of("app", changed, "by", "user")).build();
        world.api().update(Pod.KIND, pod.toBuilder().metadata(meta).build());
      }
    }
  }

  @Override
  public void check(World world) {
    for (ReplicaSet set : world.truth(ReplicaSet.KIND)) {
      int wanted = set.spec().replicas();
      int most = largest.merge(set.metadata().uid(), wanted, Math::max);
      long made =
          world.owned(Pod.KIND, set.metadata().uid()).stream()
              .filter(PodFacts::isActive)
              .filter(pod -> !pod.metadata().labels().containsKey("by"))
              .count();
      assertTrue(made <= most, made + " pods where never more than " + most + " were asked for");
    }
  }

  @Override
  public void settled(World world) {
    ReplicaSet set = world.api().get(ReplicaSet.KIND, "default", "web");
    int wanted = set.spec().replicas();
    long active =
        world.owned(Pod.KIND, set.metadata().uid()).stream().filter(PodFacts::isActive).count();
    assertEquals(wanted, active);
    assertEquals(wanted, Fixtures.or0(set.status().replicas()));
    assertEquals(wanted, Fixtures.or0(set.status().availableReplicas()));
    assertEquals(set.metadata().generation(), set.status().observedGeneration());
    assertTrue(set.status().conditions().isEmpty(), "no failure is left");
  }
}
