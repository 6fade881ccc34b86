package dev.wherry.kubelet.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PodStatusesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  private static PodStatus status(
      String policy, boolean ended, String waiting, ContainerSnapshot... containers) {
    PodView pod =
        PodView.of(
            Pod.KIND.decode(
                Json.parse(
                    """
                    {"metadata": {"name": "p", "namespace": "n", "uid": "u", "generation": 3},
                     "spec": {"restartPolicy": "%s",
                              "containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]}}
                    """
                        .formatted(policy))));
    SandboxSnapshot sandbox =
        new SandboxSnapshot("s", "u", "n", "p", 0, true, NOW, List.of("10.0.0.2"), false);
    return PodStatuses.of(
        new StatusInputs(
            pod,
            new PodObservation("u", List.of(sandbox), List.of(containers)),
            ended,
            ended,
            Optional.empty(),
            waiting.isEmpty() ? Map.of() : Map.of("a", new StatusInputs.Waiting(waiting, "why")),
            Set.of("a", "b"),
            Set.of("a", "b"),
            PodSizes.NONE,
            "containerd",
            List.of("192.0.2.1", "2001:db8::1"),
            NOW,
            NOW));
  }

  private static ContainerSnapshot running(String name) {
    return container(name, ContainerSnapshot.State.RUNNING, 0);
  }

  private static ContainerSnapshot exited(String name, int code) {
    return container(name, ContainerSnapshot.State.EXITED, code);
  }

  private static ContainerSnapshot container(
      String name, ContainerSnapshot.State state, int exitCode) {
    return new ContainerSnapshot(
        name,
        "s",
        "u",
        name,
        0,
        state,
        NOW,
        NOW,
        NOW,
        exitCode,
        "",
        "",
        "i",
        "i@sha256:1",
        "id",
        "",
        "",
        Map.of());
  }

  @Test
  void phase_table_followsUpstream() {
    assertEquals("Pending", status("Always", false, "").phase());
    assertEquals("Pending", status("Always", false, "", running("a")).phase());
    assertEquals("Running", status("Always", false, "", running("a"), running("b")).phase());
    assertEquals("Running", status("Never", false, "", running("a"), exited("b", 1)).phase());
    assertEquals("Running", status("Always", false, "", exited("a", 1), exited("b", 0)).phase());
    assertEquals("Running", status("OnFailure", false, "", exited("a", 1), exited("b", 0)).phase());
    assertEquals(
        "Succeeded", status("OnFailure", false, "", exited("a", 0), exited("b", 0)).phase());
    assertEquals("Failed", status("Never", false, "", exited("a", 1), exited("b", 0)).phase());
    assertEquals("Failed", status("Always", true, "", exited("a", 143), exited("b", 0)).phase());
    assertEquals("Succeeded", status("Always", true, "", exited("a", 0), exited("b", 0)).phase());
  }

  @Test
  void crashLoop_waits_withTheLastEndBeside() {
    PodStatus status = status("Always", false, "CrashLoopBackOff", exited("a", 1), running("b"));
    var container = status.containerStatuses().getFirst();
    assertEquals(
        "CrashLoopBackOff",
        Optional.ofNullable(container.state())
            .map(s -> s.waiting())
            .map(w -> w.reason())
            .orElse(""));
    assertEquals(
        1,
        Optional.ofNullable(container.lastState())
            .map(s -> s.terminated())
            .map(t -> t.exitCode())
            .orElse(-1));
    assertEquals("Running", status.phase());
    PodCondition ready =
        status.conditions().stream()
            .filter(c -> c.type().equals("Ready"))
            .findFirst()
            .orElseThrow();
    assertEquals("ContainersNotReady", ready.reason());
    assertEquals("containers with unready status: [a]", ready.message());
    assertEquals(3L, ready.observedGeneration());
  }

  @Test
  void patch_sameStatus_isEmptyAndIpsReplace() {
    PodStatus before = status("Always", false, "", running("a"));
    Pod pod = Pod.EMPTY.toBuilder().status(before).build();
    assertTrue(StatusPatch.between(pod, before, before).isEmpty());
    PodStatus after = before.toBuilder().podIP("").podIPs(List.of()).phase("Running").build();
    JsonNode patch = StatusPatch.between(pod, before, after).orElseThrow().path("status");
    assertEquals("Running", patch.path("phase").asText());
    assertTrue(patch.path("podIPs").isNull());
  }

  @Test
  void conditionOfAnother_changed_isTakenOverAndNotSentBack() {
    PodCondition gateBefore = PodCondition.builder().type("example/gate").status("True").build();
    PodCondition gateNow = gateBefore.toBuilder().status("False").build();
    PodStatus sent = status("Always", false, "", running("a"), running("b"));
    List<PodCondition> known =
        PodStatuses.conditions(
            Stream.concat(sent.conditions().stream(), Stream.of(gateBefore)).toList(),
            List.of(gateNow, sent.conditions().getFirst().toBuilder().status("False").build()));
    assertEquals(gateNow, known.getLast());
    assertEquals(sent.conditions().getFirst(), known.getFirst());

    PodStatus after =
        sent.toBuilder()
            .conditions(
                known.stream()
                    .map(c -> c.type().equals("Ready") ? c.toBuilder().status("False").build() : c)
                    .toList())
            .build();
    Pod pod = Pod.EMPTY.toBuilder().status(sent.toBuilder().conditions(known).build()).build();
    JsonNode told =
        StatusPatch.between(pod, sent, after).orElseThrow().path("status").path("conditions");
    assertEquals(1, told.size(), told.toString());
    assertEquals("Ready", told.path(0).path("type").asText());
  }

  @Test
  void nothingStarted_podWithInits_waitsForInitialising() {
    PodView pod =
        PodView.of(
            Pod.KIND.decode(
                Json.parse(
                    """
                    {"metadata": {"name": "p", "namespace": "n", "uid": "u", "generation": 1},
                     "spec": {"initContainers": [{"name": "i1", "image": "i"},
                                                 {"name": "i2", "image": "i"}],
                              "containers": [{"name": "a", "image": "i"}]}}
                    """)));
    PodStatus status =
        PodStatuses.of(
            new StatusInputs(
                pod,
                PodObservation.none("u"),
                false,
                false,
                Optional.empty(),
                Map.of(),
                Set.of(),
                Set.of(),
                PodSizes.NONE,
                "containerd",
                List.of("192.0.2.1", "2001:db8::1"),
                NOW,
                NOW));

    assertEquals(
        List.of("PodInitializing", "PodInitializing"),
        status.initContainerStatuses().stream()
            .map(s -> s.state() == null ? null : s.state().waiting())
            .map(w -> w == null ? "" : w.reason())
            .toList());
  }
}
