package dev.wherry.kubelet;

import static dev.wherry.kubelet.PodNode.LONG;
import static dev.wherry.kubelet.PodNode.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.model.core.v1.Pod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Pods that grow, and pods that this node does not take, on a real containerd. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class ContainerdSizeTest {
  private static PrivateContainerd containerd;
  private static CriRuntime runtime;

  @BeforeAll
  static void startRuntime() throws Exception {
    containerd = PrivateContainerd.start(33);
    runtime = new CriRuntime(containerd.endpoint());
  }

  @AfterAll
  static void stopRuntime() throws Exception {
    runtime.close();
    containerd.close();
  }

  private static Pod resized(Pod pod, String cpu, String memory) {
    var tree = Pod.KIND.toJson(pod);
    tree.withObject("/metadata").put("generation", 2);
    var resources = (ObjectNode) tree.at("/spec/containers/0/resources");
    resources.withObject("/requests").put("cpu", cpu).put("memory", memory);
    resources.withObject("/limits").put("cpu", cpu).put("memory", memory);
    return Pod.KIND.decode(tree);
  }

  private static final String SIZED =
      """
      {"terminationGracePeriodSeconds": 0, "restartPolicy": "OnFailure",
       "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
         "command": ["sh", "-c",
            "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null; sleep 1000"],
         "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"},
                          {"resourceName": "memory", "restartPolicy": "RestartContainer"}],
         "resources": {"requests": {"cpu": "100m", "memory": "32Mi"},
                       "limits": {"cpu": "100m", "memory": "32Mi"}}}]}
      """;

  private static boolean hasSize(Pod pod, String cpu, String memory) {
    var status = pod.status().containerStatuses();
    return !status.isEmpty()
        && status.getFirst().state() != null
        && status.getFirst().state().running() != null
        && status.getFirst().resources() != null
        && status.getFirst().resources().limits().get("cpu").toString().equals(cpu)
        && status.getFirst().resources().limits().get("memory").toString().equals(memory)
        && pod.status().conditions().stream().noneMatch(c -> c.type().startsWith("PodResize"));
  }

  @Test
  void resize_ofCpu_changesTheRunningContainer_ofMemory_restartsItByItsPolicy() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      node.api.put(pod("grows", SIZED));
      Pod small = node.await("uid-grows", "small", p -> hasSize(p, "100m", "32Mi"));
      String id = small.status().containerStatuses().getFirst().containerID();

      node.api.put(resized(small, "200m", "32Mi"));
      Pod faster = node.await("uid-grows", "more CPU", p -> hasSize(p, "200m", "32Mi"));
      assertEquals(id, faster.status().containerStatuses().getFirst().containerID());
      assertEquals(0, faster.status().containerStatuses().getFirst().restartCount());
      String quota =
          node.parts
              .runtime()
              .execSync(
                  id.substring(id.indexOf("://") + 3),
                  List.of(
                      "sh",
                      "-c",
                      "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us || cat /sys/fs/cgroup/cpu.max"),
                  LONG)
              .getStdout()
              .toStringUtf8();
      assertTrue(quota.startsWith("20000"), quota);

      node.api.put(resized(faster, "200m", "64Mi"));
      Pod bigger = node.await("uid-grows", "more memory", p -> hasSize(p, "200m", "64Mi"));
      assertEquals(1, bigger.status().containerStatuses().getFirst().restartCount());
      Await.until(
          LONG,
          () -> "ResizeCompleted in " + node.api.events(),
          () -> node.api.events().stream().anyMatch(e -> e.startsWith("ResizeCompleted")));
      node.remove(bigger, 0);
    }
  }

  @Test
  void resize_beyondTheNode_isInfeasibleAndLeavesThePodAlone() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      node.api.put(pod("wants", SIZED));
      Pod small = node.await("uid-wants", "small", p -> hasSize(p, "100m", "32Mi"));
      node.api.put(resized(small, "64", "32Mi"));
      Pod refused =
          node.await(
              "uid-wants",
              "a refusal",
              p ->
                  p.status().conditions().stream()
                      .anyMatch(c ->
                          c.type().equals("PodResizePending") && c.reason().equals("Infeasible")));
      assertEquals(
          "100m",
          refused
              .status()
              .containerStatuses()
              .getFirst()
              .resources()
              .limits()
              .get("cpu")
              .toString());
      node.api.put(resized(refused, "100m", "32Mi"));
      Pod content = node.await("uid-wants", "no wish", p -> hasSize(p, "100m", "32Mi"));
      node.remove(content, 0);
    }
  }

  @Test
  void pod_withForbiddenSysctl_orMoreThanTheNodeHas_isRejectedWithTheReason() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      String container =
          "\"containers\": [{\"name\": \"c\", \"image\": \"busybox\", \"imagePullPolicy\": \"Never\"%s}]";
      node.api.put(
          pod(
              "sysctl",
              "{\"securityContext\": {\"sysctls\": [{\"name\": \"kernel.msgmax\", \"value\": \"1\"}]}, "
                  + container.formatted("")
                  + "}"));
      Pod sysctl = node.await("uid-sysctl", "Failed", p -> p.status().phase().equals("Failed"));
      assertEquals("SysctlForbidden", sysctl.status().reason());
      assertEquals(
          "Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted",
          sysctl.status().message());

      node.api.put(
          pod(
              "huge",
              "{"
                  + container.formatted(", \"resources\": {\"requests\": {\"cpu\": \"5\"}}")
                  + "}"));
      Pod huge = node.await("uid-huge", "Failed", p -> p.status().phase().equals("Failed"));
      assertEquals("OutOfcpu", huge.status().reason());
      assertEquals(
          "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0,"
              + " capacity: 4000",
          huge.status().message());
      assertTrue(
          runtime.lists().states().pods().keySet().stream()
              .noneMatch(uid -> uid.equals("uid-huge") || uid.equals("uid-sysctl")));
    }
  }

  private static final String SMALL =
      """
      {"terminationGracePeriodSeconds": 0,
       "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
         "command": ["sleep", "1000"]}]}
      """;

  @Test
  void addresses_allTaken_podWaitsNamingTheRange_andStartsWhenOneIsFree() throws Exception {
    Path leases = Files.createDirectories(containerd.directory("leases/wkube-wkube33"));
    Deque<Path> taken = new ArrayDeque<>();
    for (int last = 2; last < 255; last++) {
      Path lease = leases.resolve("10.198.33." + last);
      if (Files.notExists(lease)) {
        taken.add(Files.writeString(lease, "somebody else\r\neth0"));
      }
    }
    try (PodNode node = new PodNode(containerd, runtime)) {
      node.api.put(pod("waits", SMALL));
      Await.until(
          LONG,
          () -> "the range's name in " + node.api.events(),
          () -> node.api.events().stream().anyMatch(ContainerdSizeTest::namesTheRange));
      assertEquals("", node.api.byUid("uid-waits").orElseThrow().status().podIP());

      Path free = taken.removeLast();
      Files.delete(free);
      Pod runs = node.await("uid-waits", "Running", p -> p.status().phase().equals("Running"));
      assertEquals(free.getFileName().toString(), runs.status().podIP());
      node.remove(runs, 0);
    } finally {
      for (Path lease : taken) {
        Files.delete(lease);
      }
    }
  }

  private static boolean namesTheRange(String event) {
    return event.startsWith("FailedCreatePodSandBox")
        && event.contains("no IP addresses available")
        && event.contains("10.198.33.1-10.198.33.254");
  }
}
