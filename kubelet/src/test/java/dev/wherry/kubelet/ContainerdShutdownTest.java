package dev.wherry.kubelet;

import static dev.wherry.kubelet.PodNode.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.config.ShutdownStep;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.kubelet.pod.OrderedShutdown;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The end of the machine on a real containerd, and its next start. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class ContainerdShutdownTest {
  private static final List<ShutdownStep> STEPS =
      List.of(
          new ShutdownStep(0, Duration.ofSeconds(6)),
          new ShutdownStep(2_000_000_000, Duration.ofSeconds(10)));
  private static PrivateContainerd containerd;
  private static CriRuntime runtime;

  @BeforeAll
  static void startRuntime() throws Exception {
    containerd = PrivateContainerd.start(39);
    runtime = new CriRuntime(containerd.endpoint());
  }

  @AfterAll
  static void stopRuntime() throws Exception {
    runtime.close();
    containerd.close();
  }

  private static Pod running(PodNode node, String name, int priority, String onTerm) {
    String spec =
        """
        {"priority": %d, "containers": [{"name": "c", "image": "busybox",
          "imagePullPolicy": "IfNotPresent",
          "command": ["sh", "-c", "trap '%s' TERM; echo up; while true; do sleep 0.1; done"]}]}
        """;
    node.api.put(pod(name, spec.formatted(priority, onTerm)));
    return awaitUp(node, name, 0);
  }

  private static Pod awaitUp(PodNode node, String name, int restarts) {
    return node.await(
        "uid-" + name,
        "a running container",
        p ->
            p.status().containerStatuses().stream()
                .anyMatch(c ->
                    Boolean.TRUE.equals(c.ready()) && Objects.equals(c.restartCount(), restarts)));
  }

  private static ContainerStateTerminated end(PodNode node, String name) {
    Pod pod = node.await("uid-" + name, "an end", p -> terminated(p).isPresent());
    assertEquals("Running", pod.status().phase(), "it runs again after the boot");
    return terminated(pod).orElseThrow();
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return Optional.ofNullable(pod.status().containerStatuses().getFirst().state())
        .map(ContainerState::terminated);
  }

  @Test
  void shutdown_endsPodsByPriority_andTheNextStartRunsThemAgain() throws Exception {
    List<Pod> ended;
    try (PodNode node = new PodNode(containerd, runtime)) {
      running(node, "critical", 2_000_000_000, "exit 4");
      running(node, "slow", 0, "sleep 1; exit 3");
      running(node, "deaf", 0, "");

      new OrderedShutdown(node.workers, STEPS).run();

      assertEquals(3, end(node, "slow").exitCode());
      assertEquals(137, end(node, "deaf").exitCode());
      ContainerStateTerminated critical = end(node, "critical");
      assertEquals(4, critical.exitCode());
      for (String earlier : List.of("slow", "deaf")) {
        assertFalse(
            Objects.requireNonNull(end(node, earlier).finishedAt())
                .isAfter(Objects.requireNonNull(critical.finishedAt())));
      }
      ended =
          Stream.of("slow", "deaf", "critical")
              .map(name -> node.api.byUid("uid-" + name).orElseThrow())
              .toList();
    }
    try (PodNode node = new PodNode(containerd, runtime)) {
      ended.forEach(node.api::put);
      for (Pod pod : ended) {
        node.remove(awaitUp(node, pod.metadata().name(), 1), 1);
      }
    }
  }

  @Test
  void podThatComesDuringAShutdown_isNotStarted() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      new OrderedShutdown(node.workers, STEPS).run();
      Pod late = pod("late", "{\"containers\": [{\"name\": \"c\", \"image\": \"busybox\"}]}");
      node.api.put(late);
      node.await("uid-late", "a status", p -> !p.status().conditions().isEmpty());
      assertTrue(runtime.lists().states().names().keySet().stream().noneMatch("uid-late"::equals));
      node.remove(late, 1);
    }
  }
}
