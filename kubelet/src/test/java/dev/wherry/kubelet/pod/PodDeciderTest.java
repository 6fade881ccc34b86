package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.launch.ContainerHash;
import dev.wherry.kubelet.pod.PodFacts.EndReason;
import dev.wherry.kubelet.probe.ProbeKind;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodDeciderTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final String PLAIN = "{\"containers\": [{\"name\": \"a\", \"image\": \"i\"}]}";
  private static final String INITS =
      """
      {"initContainers": [{"name": "first", "image": "i"},
                          {"name": "side", "image": "i", "restartPolicy": "Always"},
                          {"name": "second", "image": "i"}],
       "containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]}
      """;

  /** A pod, what runs of it, and what the worker knows. */
  private static final class Scene {
    final PodView pod;
    final List<SandboxSnapshot> sandboxes = new ArrayList<>();
    final List<ContainerSnapshot> containers = new ArrayList<>();
    final Set<String> started = new HashSet<>();
    final Map<String, ProbeKind> unhealthy = new HashMap<>();
    final Set<String> resized = new HashSet<>();
    final Map<String, Instant> stopping = new HashMap<>();
    final Map<String, Instant> retryAt = new HashMap<>();
    @Nullable EndReason ending;
    Duration grace = Duration.ofSeconds(30);

    Scene(String spec) {
      pod =
          PodView.of(
              Pod.KIND.decode(
                  Json.parse(
                      "{\"metadata\": {\"name\": \"p\", \"namespace\": \"n\", \"uid\": \"u\"},"
                          + " \"spec\": "
                          + spec
                          + "}")));
    }

    Scene sandbox(int attempt, boolean ready) {
      sandboxes.add(
          new SandboxSnapshot(
              "s" + attempt, "u", "n", "p", attempt, ready, NOW, List.of("10.0.0.2"), false));
      return this;
    }

    Scene container(String name, int attempt, ContainerSnapshot.State state, int exitCode) {
      String hash = pod.container(name).map(c -> ContainerHash.of(c.container())).orElse("other");
      String sandbox = "s" + (sandboxes.size() - 1);
      containers.add(
          new ContainerSnapshot(
              name + attempt,
              sandbox,
              "u",
              name,
              attempt,
              state,
              NOW,
              NOW,
              NOW,
              exitCode,
              "",
              "",
              "i",
              "i",
              "i",
              hash,
              "",
              Map.of()));
      started.add(name + attempt);
      return this;
    }

    Scene running(String name) {
      return container(name, 0, ContainerSnapshot.State.RUNNING, 0);
    }

    Scene exited(String name, int exitCode) {
      return container(name, 0, ContainerSnapshot.State.EXITED, exitCode);
    }

    PodDecision decide() {
      Map<String, String> hashes = new HashMap<>();
      pod.all().forEach(c -> hashes.put(c.name(), ContainerHash.of(c.container())));
      return PodDecider.decide(
          pod,
          new PodObservation("u", sandboxes, containers),
          new PodFacts(
              ending, grace, retryAt, Instant.EPOCH, stopping, started, unhealthy, hashes, resized),
          NOW);
    }

    /** Actions in short: run:1, start:a:0, stop:a, sandbox-stop:s0, remove:a0. */
    List<String> actions() {
      return decide().actions().stream().map(Scene::text).toList();
    }

    private static String text(PodAction action) {
      return switch (action) {
        case PodAction.RunSandbox(int attempt) -> "run:" + attempt;
        case PodAction.StopSandbox(String id) -> "sandbox-stop:" + id;
        case PodAction.StartContainer(PodView.Named named, String _, int attempt) ->
            "start:" + named.name() + ":" + attempt;
        case PodAction.StopContainer(String _, String name, Duration _, String _) -> "stop:" + name;
        case PodAction.RemoveContainer(String id) -> "remove:" + id;
      };
    }
  }

  @Test
  void decide_nothingThere_runsFirstSandbox() {
    assertEquals(List.of("run:0"), new Scene(PLAIN).actions());
  }

  @Test
  void decide_sandboxReady_startsContainer() {
    assertEquals(List.of("start:a:0"), new Scene(PLAIN).sandbox(0, true).actions());
  }

  @Test
  void decide_everythingRuns_doesNothing() {
    Scene scene = new Scene(PLAIN).sandbox(0, true).running("a");
    assertEquals(List.of(), scene.actions());
    assertEquals(PodDecision.Goal.RUN, scene.decide().goal());
  }

  @Test
  void decide_sandboxDied_replacesItAndStartsAgain() {
    Scene scene = new Scene(PLAIN).sandbox(0, false).running("a");
    assertEquals(List.of("stop:a"), scene.actions());
    scene.containers.clear();
    scene.exited("a", 137);
    assertEquals(List.of("run:1"), scene.actions());
    scene.sandbox(1, true);
    assertEquals(List.of("start:a:1"), scene.actions());
  }

  @Test
  void decide_initContainers_goOneAfterTheOther() {
    Scene scene = new Scene(INITS).sandbox(0, true);
    assertEquals(List.of("start:first:0"), scene.actions());
    scene.running("first");
    assertEquals(List.of(), scene.actions());
    scene.containers.clear();
    scene.exited("first", 0);
    assertEquals(List.of("start:side:0"), scene.actions());
    scene.running("side");
    scene.started.remove("side0");
    assertEquals(List.of(), scene.actions(), "a sidecar must have started before the next begins");
    scene.started.add("side0");
    assertEquals(List.of("start:second:0"), scene.actions());
    scene.exited("second", 0);
    assertEquals(List.of("start:a:0", "start:b:0"), scene.actions());
  }

  @Test
  void decide_initFailed_isTriedAgainUnlessNever() {
    assertEquals(
        List.of("start:first:1"), new Scene(INITS).sandbox(0, true).exited("first", 1).actions());
    Scene never =
        new Scene(INITS.replaceFirst("\\{", "{\"restartPolicy\": \"Never\", "))
            .sandbox(0, true)
            .exited("first", 1);
    assertEquals(List.of("sandbox-stop:s0"), never.actions());
  }

  @Test
  void decide_sidecarDied_isStartedAgainBesideMains() {
    Scene scene =
        new Scene(INITS)
            .sandbox(0, true)
            .exited("first", 0)
            .exited("second", 0)
            .exited("side", 0)
            .running("a")
            .running("b");
    assertEquals(List.of("start:side:1"), scene.actions());
  }

  @Test
  void decide_restartPolicies_decideWhoStartsAgain() {
    for (String[] row :
        new String[][] {
          {"Always", "0", "start:a:1"},
          {"Always", "1", "start:a:1"},
          {"OnFailure", "1", "start:a:1"},
          {"OnFailure", "0", "sandbox-stop:s0"},
          {"Never", "1", "sandbox-stop:s0"},
          {"Never", "0", "sandbox-stop:s0"},
        }) {
      Scene scene =
          new Scene(PLAIN.replaceFirst("\\{", "{\"restartPolicy\": \"" + row[0] + "\", "))
              .sandbox(0, true)
              .exited("a", Integer.parseInt(row[1]));
      assertEquals(List.of(row[2]), scene.actions(), row[0] + " " + row[1]);
    }
  }

  @Test
  void decide_inBackOff_waitsAndSaysUntilWhen() {
    Scene scene = new Scene(PLAIN).sandbox(0, true).exited("a", 1);
    scene.retryAt.put("a", NOW.plusSeconds(10));
    assertEquals(List.of(), scene.actions());
    assertEquals(NOW.plusSeconds(10), scene.decide().wakeAt().orElseThrow());
  }

  @Test
  void decide_probeFailedOrDefinitionChanged_stopsOnce() {
    Scene scene = new Scene(PLAIN).sandbox(0, true).running("a");
    scene.unhealthy.put("a0", ProbeKind.LIVENESS);
    PodAction.StopContainer stop = (PodAction.StopContainer) scene.decide().actions().getFirst();
    assertEquals("Container a failed liveness probe, will be restarted", stop.message());
    scene.stopping.put("a0", NOW.plusSeconds(30));
    assertEquals(List.of(), scene.actions());
  }

  @Test
  void decide_neverStartedContainer_isReplaced() {
    Scene scene =
        new Scene(PLAIN).sandbox(0, true).container("a", 0, ContainerSnapshot.State.CREATED, 0);
    assertEquals(List.of("remove:a0", "start:a:0"), scene.actions());
  }

  @Test
  void decide_deleted_stopsMainsThenSidecarsThenSandbox() {
    Scene scene = new Scene(INITS).sandbox(0, true).running("side").running("a").running("b");
    scene.ending = EndReason.DELETED;
    assertEquals(Set.of("stop:a", "stop:b"), Set.copyOf(scene.actions()));
    scene.containers.removeIf(c -> !c.name().equals("side"));
    scene.exited("a", 0).exited("b", 143);
    assertEquals(List.of("stop:side"), scene.actions());
    scene.containers.removeIf(c -> c.name().equals("side"));
    assertEquals(List.of("sandbox-stop:s0"), scene.actions());
    scene.sandboxes.clear();
    scene.sandbox(0, false);
    assertEquals(PodDecision.Goal.ENDED, scene.decide().goal());
  }

  @Test
  void decide_forceDeletionDuringGrace_overtakes() {
    Scene scene = new Scene(PLAIN).sandbox(0, true).running("a");
    scene.ending = EndReason.DELETED;
    scene.stopping.put("a0", NOW.plusSeconds(25));
    assertEquals(List.of(), scene.actions());
    scene.grace = Duration.ofSeconds(1);
    assertEquals(List.of("stop:a"), scene.actions());
  }

  @Test
  void backOffs_grow_untilTheMaximumAndForget() {
    BackOffs backOffs = new BackOffs();
    assertEquals(NOW, backOffs.until("k", NOW));
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      backOffs.tried("k", NOW);
      delays.add(backOffs.delay("k").toSeconds());
    }
    assertEquals(List.of(10L, 20L, 40L, 80L, 160L, 300L, 300L), delays);
    assertEquals(NOW.plusSeconds(300), backOffs.until("k", NOW));
    Instant later = NOW.plusSeconds(601);
    assertEquals(later, backOffs.until("k", later));
    assertTrue(
        PodDecider.complete(
            new Scene("{\"restartPolicy\":\"Never\",\"containers\":[]}").pod,
            PodObservation.none("u")));
  }

  @Test
  void decide_probeWithItsOwnGracePeriod_stopsWithinIt() {
    Scene scene =
        new Scene(
            """
            {"terminationGracePeriodSeconds": 500, "containers": [{"name": "a", "image": "i",
              "livenessProbe": {"exec": {"command": ["false"]},
                                "terminationGracePeriodSeconds": 7}}]}
            """);
    scene.sandbox(0, true).running("a").unhealthy.put("a0", ProbeKind.LIVENESS);

    PodAction.StopContainer stop = (PodAction.StopContainer) scene.decide().actions().getFirst();
    assertEquals(Duration.ofSeconds(7), stop.grace());
  }

  @Test
  void decide_ephemeralContainer_startsOnceAndNeverAgain() {
    String spec =
        """
        {"containers": [{"name": "a", "image": "i"}],
         "ephemeralContainers": [{"name": "look", "image": "i"}]}
        """;
    assertEquals(List.of("start:look:0"), new Scene(spec).sandbox(0, true).running("a").actions());
    assertEquals(
        List.of(), new Scene(spec).sandbox(0, true).running("a").exited("look", 1).actions());

    Scene afterSandbox = new Scene(spec).sandbox(0, false).exited("look", 1).sandbox(1, true);
    assertEquals(List.of("start:a:0"), afterSandbox.running("b").actions());
  }

  @Test
  void decide_mainsEnded_endsThePodAndItsEphemeralContainer() {
    Scene scene =
        new Scene(
            """
            {"restartPolicy": "Never", "containers": [{"name": "a", "image": "i"}],
             "ephemeralContainers": [{"name": "look", "image": "i"}]}
            """);
    scene.sandbox(0, true).exited("a", 0).running("look");

    assertEquals(List.of("stop:look"), scene.actions());
  }

  @Test
  void container_thatMustStartAnewForItsSize_isStoppedAndStartedThoughItEndedWell() {
    String spec =
        "{\"restartPolicy\": \"OnFailure\", \"containers\": [{\"name\": \"a\", \"image\": \"i\"}]}";
    Scene running = new Scene(spec).sandbox(0, true).running("a");
    running.resized.add("a");
    assertEquals(List.of("stop:a"), running.actions());

    Scene ended = new Scene(spec).sandbox(0, true).exited("a", 0);
    ended.resized.add("a");
    assertEquals(List.of("start:a:1"), ended.actions());
  }
}
