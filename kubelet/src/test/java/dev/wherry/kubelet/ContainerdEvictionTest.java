package dev.wherry.kubelet;

import static dev.wherry.kubelet.PodNode.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.eviction.Evictions;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.kubelet.pod.PodEviction;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Pods that the node ends for good, on a real containerd. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class ContainerdEvictionTest {
  private static PrivateContainerd containerd;
  private static CriRuntime runtime;

  @BeforeAll
  static void startRuntime() throws Exception {
    containerd = PrivateContainerd.start(34);
    runtime = new CriRuntime(containerd.endpoint());
  }

  @AfterAll
  static void stopRuntime() throws Exception {
    runtime.close();
    containerd.close();
  }

  private static final String WRITER =
      """
      {"terminationGracePeriodSeconds": 30, "restartPolicy": "Always",
       "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
         "command": ["sh", "-c", "dd if=/dev/zero of=/v/data bs=1024 count=3000; touch /v/done; sleep 1000"],
         "volumeMounts": [{"name": "v", "mountPath": "/v"}]}],
       "volumes": [{"name": "v", "emptyDir": {%s}}]}
      """;

  private static boolean failed(Pod pod) {
    return pod.status().phase().equals("Failed") && pod.status().reason().equals("Evicted");
  }

  @Test
  void emptyDir_beyondItsLimit_evictsThePodAndFreesItsDisk() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      node.api.put(pod("fills", WRITER.formatted("\"sizeLimit\": \"1Mi\"")));
      Path volume = node.parts.dirs().volume("uid-fills", "empty-dir", "v");
      Await.until(PodNode.LONG, () -> "data", () -> Files.exists(volume.resolve("done")));
      try (Evictions evictions = Evictions.of(node.parts, node.workers, resource -> {}, () -> {})) {
        evictions.start();
        Pod pod = node.await("uid-fills", "eviction", ContainerdEvictionTest::failed);
        assertEquals(
            "Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ", pod.status().message());
        Await.until(PodNode.LONG, () -> "freed disk", () -> !Files.exists(volume));
      }
      node.remove(node.api.byUid("uid-fills").orElseThrow(), 0);
    }
  }

  @Test
  void evict_forTheNodesSake_endsQuicklyWithAConditionAndStaysFailed() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      node.api.put(pod("goes", WRITER.formatted("")));
      node.await("uid-goes", "running", p -> p.status().phase().equals("Running"));
      node.workers.evict(
          "uid-goes",
          new PodEviction(PodEviction.REASON, "The node was low. ", Duration.ofSeconds(1), true));
      Pod pod = node.await("uid-goes", "eviction", ContainerdEvictionTest::failed);
      PodCondition target =
          pod.status().conditions().stream()
              .filter(c -> c.type().equals("DisruptionTarget"))
              .findFirst()
              .orElseThrow();
      assertEquals("TerminationByKubelet", target.reason());
      assertEquals("The node was low. ", target.message());
      assertEquals("The node was low. ", pod.status().message());
      Await.until(PodNode.LONG, () -> "the end", () -> node.workers.isOver("uid-goes"));
      assertEquals(0, pod.status().containerStatuses().getFirst().restartCount());
      node.remove(pod, 0);
    }
  }

  private static final String ASKING =
      """
      {"terminationGracePeriodSeconds": 1, "priority": %d,
       "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
         "command": ["sleep", "1000"], "resources": {"requests": {"cpu": "%s"}}}]}
      """;

  @Test
  void criticalPod_onAFullNode_runsWhenAnotherHasEndedForIt() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      node.api.put(pod("keeps", ASKING.formatted(0, "2500m")));
      node.api.put(pod("gives", ASKING.formatted(0, "1500m")));
      node.await("uid-keeps", "running", p -> p.status().phase().equals("Running"));
      node.await("uid-gives", "running", p -> p.status().phase().equals("Running"));
      node.api.put(pod("critical", ASKING.formatted(2_000_000_000, "1")));
      node.await("uid-critical", "running", p -> p.status().phase().equals("Running"));
      Pod gone = node.await("uid-gives", "end", p -> p.status().phase().equals("Failed"));
      assertEquals("Preempting", gone.status().reason());
      assertEquals("Preempted in order to admit critical pod", gone.status().message());
      assertEquals("Running", node.api.byUid("uid-keeps").orElseThrow().status().phase());

      node.api.put(pod("plain", ASKING.formatted(0, "1")));
      Pod refused = node.await("uid-plain", "end", p -> p.status().phase().equals("Failed"));
      assertEquals("OutOfcpu", refused.status().reason());
      for (String name : List.of("keeps", "gives", "critical", "plain")) {
        node.remove(node.api.byUid("uid-" + name).orElseThrow(), 0);
      }
    }
  }
}
