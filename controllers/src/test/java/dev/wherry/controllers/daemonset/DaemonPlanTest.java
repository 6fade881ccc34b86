package dev.wherry.controllers.daemonset;

import static dev.wherry.controllers.Fixtures.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.controllers.workload.History;
import dev.wherry.model.apps.v1.DaemonSet;
import dev.wherry.model.apps.v1.DaemonSetSpec;
import dev.wherry.model.apps.v1.DaemonSetStatus;
import dev.wherry.model.core.v1.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DaemonPlanTest {
  private static final String HASH = "now";

  private static DaemonSet set(String templateGeneration) {
    return DaemonSet.builder()
        .metadata(
            Fixtures.meta("default", "d")
                .generation(7L)
                .annotations(Map.of("deprecated.daemonset.template.generation", templateGeneration))
                .build())
        .spec(
            DaemonSetSpec.builder()
                .selector(Workloads.WEB)
                .template(Workloads.template("app:0"))
                .build())
        .status(DaemonSetStatus.builder().observedGeneration(6L).build())
        .build();
  }

  private static Pod pod(String name, String node, Map<String, String> labels) {
    Pod pod = Fixtures.pod(name, node, "", true);
    return pod.toBuilder().metadata(pod.metadata().toBuilder().labels(labels).build()).build();
  }

  private static DaemonPlan plan(DaemonSet set, List<Pod> pods, boolean mayChange) {
    return DaemonPlan.of(set, HASH, List.of(Fixtures.node("n1", "True")), pods, mayChange, NOW);
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "'', none", "x, none", "03, 3"})
  void create_podBearsTheTemplatesNumber(String annotation, String label) {
    Pod pod = plan(set(annotation), List.of(), true).create().getFirst();
    assertEquals(label, pod.metadata().labels().getOrDefault("pod-template-generation", "none"));
    assertEquals(HASH, pod.metadata().labels().get(History.HASH));
  }

  @ParameterizedTest
  @CsvSource({"then, 3, 1", "now, 2, 1", "then, 2, 0"})
  void status_podOfThisHashOrNumber_isUpdated(String hash, String number, int updated) {
    Pod pod = pod("p", "n1", Map.of(History.HASH, hash, "pod-template-generation", number));
    DaemonPlan plan = plan(set("3"), List.of(pod), true);
    DaemonSetStatus status = plan.status().status();
    assertEquals(updated, Fixtures.or0(status.updatedNumberScheduled()));
    assertEquals(1 - updated, plan.delete().size());
    assertEquals(1, status.numberAvailable());
    assertEquals(7L, status.observedGeneration());
  }

  @Test
  void status_viewBehind_hasNotSeenTheGenerationYet() {
    DaemonPlan plan = plan(set("3"), List.of(), false);
    assertEquals(6L, plan.status().status().observedGeneration());
    assertEquals(List.of(), plan.create());
  }

  @Test
  void mend_twoPods_theOneWithANodeStays() {
    Pod running = pod("young", "n1", Map.of(History.HASH, HASH));
    Pod bound = DaemonPods.pod(set("3"), HASH, "n1");
    Pod waiting =
        bound.toBuilder()
            .metadata(
                Fixtures.meta("default", "waits")
                    .labels(bound.metadata().labels())
                    .creationTimestamp(NOW.minusSeconds(60))
                    .build())
            .build();
    DaemonPlan plan = plan(set("3"), List.of(waiting, running), true);
    assertEquals(List.of(waiting), plan.delete());
    assertEquals(1, plan.status().status().numberReady());
  }
}
