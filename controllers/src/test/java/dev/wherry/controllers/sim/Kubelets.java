package dev.wherry.controllers.sim;

import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.model.core.v1.Binding;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodStatus;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Scheduler and kubelets: they bind, start, end and remove pods, one small step at a time. */
final class Kubelets {
  private static final int NODES = 3;

  private final World world;
  private final PodLife life;

  Kubelets(World world, PodLife life) {
    this.world = world;
    this.life = life;
  }

  /** Looks at one pod, chosen at random. */
  void act(Random random, Instant now) {
    List<Pod> pods = world.truth(Pod.KIND);
    if (!pods.isEmpty()) {
      look(pods.get(random.nextInt(pods.size())), random, now, true);
    }
  }

  /** Brings every pod as far as it gets without failing. */
  boolean settle(Random random, Instant now) {
    boolean moved = false;
    for (Pod pod : world.truth(Pod.KIND)) {
      moved |= look(pod, random, now, false);
    }
    return moved;
  }

  private boolean look(Pod pod, Random random, Instant now, boolean mayFail) {
    String phase = pod.status().phase();
    boolean ended = phase.equals("Succeeded") || phase.equals("Failed");
    if (pod.metadata().deletionTimestamp() != null) {
      if (!ended && !pod.spec().nodeName().isEmpty() && !pod.metadata().finalizers().isEmpty()) {
        write(pod, end(pod, "Failed", 143));
        return true;
      }
      Long grace = pod.metadata().deletionGracePeriodSeconds();
      if (grace != null && grace == 0) {
        return false;
      }
      world
          .api()
          .delete(
              Pod.KIND,
              pod.metadata().namespace(),
              pod.metadata().name(),
              DeleteOptions.ofUid(pod.metadata().uid()).withGrace(0));
      return true;
    }
    if (ended) {
      return false;
    }
    if (pod.spec().nodeName().isEmpty()) {
      bind(pod, node(pod, random));
      return true;
    }
    if (!phase.equals("Running")) {
      write(pod, running(pod, now));
      return true;
    }
    if (mayFail && life.failsOneIn() > 0 && random.nextInt(life.failsOneIn()) == 0) {
      write(pod, end(pod, "Failed", 1 + random.nextInt(3)));
      return true;
    }
    if (life.succeedsOneIn() > 0 && (!mayFail || random.nextInt(life.succeedsOneIn()) == 0)) {
      write(pod, end(pod, "Succeeded", 0));
      return true;
    }
    return false;
  }

  /** Where the pod's affinity says, else anywhere. */
  private static String node(Pod pod, Random random) {
    var affinity = pod.spec().affinity();
    if (affinity != null
        && affinity.nodeAffinity() != null
        && affinity.nodeAffinity().requiredDuringSchedulingIgnoredDuringExecution() != null) {
      for (var term :
          affinity
              .nodeAffinity()
              .requiredDuringSchedulingIgnoredDuringExecution()
              .nodeSelectorTerms()) {
        for (NodeSelectorRequirement field : term.matchFields()) {
          return field.values().getFirst();
        }
      }
    }
    return "n" + random.nextInt(NODES);
  }

  private void bind(Pod pod, String node) {
    Binding binding =
        Binding.builder().target(ObjectReference.builder().kind("Node").name(node).build()).build();
    world
        .api()
        .subresource(
            "create",
            Pod.KIND,
            pod.metadata().namespace(),
            pod.metadata().name(),
            "binding",
            Binding.KIND.toJson(binding));
  }

  private static PodStatus running(Pod pod, Instant now) {
    PodCondition ready =
        PodCondition.builder().type("Ready").status("True").lastTransitionTime(now).build();
    return pod.status().toBuilder().phase("Running").conditions(List.of(ready)).build();
  }

  private static PodStatus end(Pod pod, String phase, int exitCode) {
    ContainerState state =
        ContainerState.builder()
            .terminated(ContainerStateTerminated.builder().exitCode(exitCode).build())
            .build();
    return pod.status().toBuilder()
        .phase(phase)
        .conditions(
            pod.status().conditions().stream()
                .map(c -> c.type().equals("Ready") ? c.toBuilder().status("False").build() : c)
                .toList())
        .containerStatuses(List.of(ContainerStatus.builder().name("c").state(state).build()))
        .build();
  }

  private void write(Pod pod, PodStatus status) {
    world.api().updateStatus(Pod.KIND, pod.toBuilder().status(status).build());
  }
}
