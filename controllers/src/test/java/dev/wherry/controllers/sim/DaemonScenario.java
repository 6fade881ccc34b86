package dev.wherry.controllers.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.daemonset.DaemonSetController;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.IntOrString;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.DaemonSet;
import dev.wherry.model.apps.v1.DaemonSetSpec;
import dev.wherry.model.apps.v1.DaemonSetUpdateStrategy;
import dev.wherry.model.apps.v1.RollingUpdateDaemonSet;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Taint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A DaemonSet that is updated while its pods fail and its nodes are tainted. */
final class DaemonScenario implements Scenario {
  private final boolean surge;

  DaemonScenario(boolean surge) {
    this.surge = surge;
  }

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(new DaemonSetController(parts));
  }

  @Override
  public PodLife podLife() {
    return PodLife.FRAGILE;
  }

  @Override
  public void begin(World world) {
    for (int i = 0; i < 3; i++) {
      world.api().create(Node.KIND, Fixtures.node("n" + i, "True"));
    }
    DaemonSetSpec spec =
        DaemonSetSpec.builder()
            .selector(Workloads.WEB)
            .template(Workloads.template("app:0"))
            .revisionHistoryLimit(2)
            .updateStrategy(
                DaemonSetUpdateStrategy.builder()
                    .type("RollingUpdate")
                    .rollingUpdate(
                        RollingUpdateDaemonSet.builder()
                            .maxSurge(IntOrString.of(surge ? 1 : 0))
                            .maxUnavailable(IntOrString.of(surge ? 0 : 1))
                            .build())
                    .build())
            .build();
    world
        .api()
        .create(
            DaemonSet.KIND,
            DaemonSet.builder()
                .metadata(Fixtures.meta("default", "agent").build())
                .spec(spec)
                .build());
  }

  @Override
  public void user(World world) {
    int what = world.random().nextInt(8);
    if (what < 2) {
      String image = "app:" + world.random().nextInt(5);
      world.edit(
          DaemonSet.KIND,
          "agent",
          s ->
              s.toBuilder()
                  .spec(s.spec().toBuilder().template(Workloads.template(image)).build())
                  .build());
    } else if (what < 4) {
      List<Node> nodes = world.truth(Node.KIND);
      Node node = nodes.get(world.random().nextInt(nodes.size()));
      boolean tainted = !node.spec().taints().isEmpty();
      String effect = world.random().nextBoolean() ? "NoSchedule" : "NoExecute";
      NodeSpec spec =
          node.spec().toBuilder()
              .taints(
                  tainted ? List.of() : List.of(Taint.builder().key("x").effect(effect).build()))
              .build();
      world.api().update(Node.KIND, node.toBuilder().spec(spec).build());
    }
  }

  private static String node(Pod pod) {
    return pod.spec()
        .affinity()
        .nodeAffinity()
        .requiredDuringSchedulingIgnoredDuringExecution()
        .nodeSelectorTerms()
        .getFirst()
        .matchFields()
        .getFirst()
        .values()
        .getFirst();
  }

  @Override
  public void check(World world) {
    Map<String, Integer> perNode = new HashMap<>();
    world.truth(Pod.KIND).stream()
        .filter(PodFacts::isActive)
        .forEach(pod -> perNode.merge(node(pod), 1, Integer::sum));
    int most = perNode.values().stream().mapToInt(i -> i).max().orElse(0);
    assertTrue(
        most <= (surge ? 2 : 1),
        () ->
            perNode
                + " "
                + world.truth(Pod.KIND).stream()
                    .map(p ->
                        node(p)
                            + p.metadata().name()
                            + p.metadata().labels()
                            + p.status().phase()
                            + p.metadata().deletionTimestamp())
                    .toList());
  }

  @Override
  public void settled(World world) {
    DaemonSet set = world.truth(DaemonSet.KIND).getFirst();
    long open = world.truth(Node.KIND).stream().filter(n -> n.spec().taints().isEmpty()).count();
    assertEquals(open, set.status().desiredNumberScheduled().longValue());
    assertEquals(open, set.status().numberReady().longValue());
    assertEquals(open, Fixtures.or0(set.status().numberAvailable()));
    assertEquals(open, Fixtures.or0(set.status().updatedNumberScheduled()));
    // Pods that may stay on a tainted node are not replaced and keep their revision alive.
    long live =
        world.truth(Pod.KIND).stream()
            .map(p -> p.metadata().labels().get("controller-revision-hash"))
            .distinct()
            .count();
    assertTrue(world.truth(ControllerRevision.KIND).size() <= live + 3, "old revisions are gone");
  }
}
