package dev.wherry.controllers.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.statefulset.StatefulSetController;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.RollingUpdateStatefulSetStrategy;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.apps.v1.StatefulSetSpec;
import dev.wherry.model.apps.v1.StatefulSetUpdateStrategy;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.TreeSet;

/** A StatefulSet that is scaled and updated while its pods fail and are deleted. */
final class StatefulScenario implements Scenario {
  private final boolean ordered;
  private int largest = 3;

  StatefulScenario(boolean ordered) {
    this.ordered = ordered;
  }

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(new StatefulSetController(parts));
  }

  @Override
  public PodLife podLife() {
    return ordered ? PodLife.STEADY : PodLife.FRAGILE;
  }

  @Override
  public void begin(World world) {
    PersistentVolumeClaim claim =
        PersistentVolumeClaim.builder().metadata(ObjectMeta.builder().name("data").build()).build();
    StatefulSetSpec spec =
        StatefulSetSpec.builder()
            .replicas(3)
            .serviceName("web")
            .podManagementPolicy(ordered ? "OrderedReady" : "Parallel")
            .revisionHistoryLimit(2)
            .selector(Workloads.WEB)
            .template(Workloads.template("app:0"))
            .volumeClaimTemplates(List.of(claim))
            .updateStrategy(
                StatefulSetUpdateStrategy.builder()
                    .type("RollingUpdate")
                    .rollingUpdate(RollingUpdateStatefulSetStrategy.builder().partition(0).build())
                    .build())
            .build();
    world
        .api()
        .create(
            StatefulSet.KIND,
            StatefulSet.builder()
                .metadata(Fixtures.meta("default", "db").build())
                .spec(spec)
                .build());
  }

  @Override
  public void user(World world) {
    int what = world.random().nextInt(10);
    if (what < 2) {
      int size = world.random().nextInt(5);
      largest = Math.max(largest, size);
      world.edit(
          StatefulSet.KIND,
          "db",
          s -> s.toBuilder().spec(s.spec().toBuilder().replicas(size).build()).build());
    } else if (what < 4) {
      String image = "app:" + world.random().nextInt(5);
      world.edit(
          StatefulSet.KIND,
          "db",
          s ->
              s.toBuilder()
                  .spec(s.spec().toBuilder().template(Workloads.template(image)).build())
                  .build());
    } else if (what < 5 && !ordered) {
      List<Pod> pods = world.truth(Pod.KIND);
      if (!pods.isEmpty()) {
        Pod pod = pods.get(world.random().nextInt(pods.size()));
        world.api().delete(Pod.KIND, "default", pod.metadata().name(), DeleteOptions.DEFAULT);
      }
    }
  }

  @Override
  public void check(World world) {
    List<Pod> pods = world.truth(Pod.KIND);
    assertTrue(pods.size() <= largest, pods.size() + " pods, never more than " + largest);
    if (ordered) {
      long starting =
          pods.stream().filter(p -> PodFacts.isActive(p) && !PodFacts.isReady(p)).count();
      assertTrue(starting <= 1, starting + " pods start at once");
    }
  }

  @Override
  public void settled(World world) {
    StatefulSet set = world.truth(StatefulSet.KIND).getFirst();
    int wanted = set.spec().replicas();
    TreeSet<String> names = new TreeSet<>();
    for (Pod pod : world.truth(Pod.KIND)) {
      names.add(pod.metadata().name());
      assertTrue(PodFacts.isReady(pod));
      assertEquals(
          set.spec().template().spec().containers().getFirst().image(),
          pod.spec().containers().getFirst().image());
    }
    assertEquals(wanted, names.size());
    assertEquals(wanted, Fixtures.or0(set.status().replicas()));
    assertEquals(wanted, Fixtures.or0(set.status().availableReplicas()));
    assertEquals(wanted, Fixtures.or0(set.status().updatedReplicas()));
    assertEquals(wanted, Fixtures.or0(set.status().currentReplicas()));
    assertEquals(set.status().updateRevision(), set.status().currentRevision());
    assertTrue(world.truth(ControllerRevision.KIND).size() <= 3);
    assertTrue(world.truth(PersistentVolumeClaim.KIND).size() >= wanted);
  }
}
