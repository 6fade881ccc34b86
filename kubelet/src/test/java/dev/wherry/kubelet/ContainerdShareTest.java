package dev.wherry.kubelet;

import static dev.wherry.kubelet.PodNode.LONG;
import static dev.wherry.kubelet.PodNode.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.device.TestDevicePlugin;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.kubelet.placement.CpuSet;
import dev.wherry.kubelet.placement.CpuSettings;
import dev.wherry.kubelet.placement.MemorySettings;
import dev.wherry.kubelet.placement.NumaNodes;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.kubelet.placement.TopologyPolicy;
import dev.wherry.kubelet.placement.TopologyReader;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.proto.podresources.v1.ContainerResources;
import dev.wherry.proto.podresources.v1.ListPodResourcesRequest;
import dev.wherry.proto.podresources.v1.PodResources;
import dev.wherry.proto.podresources.v1.PodResourcesListerGrpc;
import dev.wherry.streaming.socket.SocketChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Pods with devices of a plugin and with CPUs of their own, on a real containerd. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class ContainerdShareTest {
  private static final String RESOURCE = "example.com/thing";
  private static PrivateContainerd containerd;
  private static CriRuntime runtime;

  @BeforeAll
  static void startRuntime() throws Exception {
    containerd = PrivateContainerd.start(35);
    runtime = new CriRuntime(containerd.endpoint());
  }

  @AfterAll
  static void stopRuntime() throws Exception {
    runtime.close();
    containerd.close();
  }

  /** Shows its devices and waits. */
  private static Pod wants(String name, int devices) {
    return pod(
        name,
        """
        {"terminationGracePeriodSeconds": 0,
         "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
           "command": ["sh", "-c", "echo devices=$DEVICES; ls -l /dev/test-null; ls -d /driver/.; sleep 1000"],
           "resources": {"limits": {"example.com/thing": "%d"}}}]}
        """
            .formatted(devices));
  }

  private static TestDevicePlugin plugin(PodNode node, String... devices) throws IOException {
    Path folder = containerd.directory("kubelet").resolve("device-plugins");
    TestDevicePlugin plugin = new TestDevicePlugin(folder.resolve("thing.sock"));
    plugin.has(devices);
    plugin.register(folder.resolve("kubelet.sock"), RESOURCE);
    Await.until(
        LONG,
        () -> "devices " + node.devices().amounts(),
        () ->
            node.devices().amounts().containsKey(RESOURCE)
                && node.devices().amounts().get(RESOURCE).allocatable().value() == devices.length);
    return plugin;
  }

  @Test
  void devices_ofAPlugin_reachTheContainerAndStayItsOverARestartOfTheAgent() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime);
        TestDevicePlugin plugin = plugin(node, "a", "b")) {
      node.api.put(wants("first", 1));
      node.await("uid-first", "first", p -> p.status().phase().equals("Running"));
      Await.until(
          LONG,
          () -> "what it sees " + log(node, "first"),
          () -> log(node, "first").contains("/driver/."));
      assertTrue(log(node, "first").contains("devices=b\n"), log(node, "first"));
      assertTrue(log(node, "first").contains("1,   3"), log(node, "first"));

      assertEquals("first c [b] []", held());
      node.api.put(wants("greedy", 2));
      Pod refused = node.await("uid-greedy", "refusal", p -> p.status().phase().equals("Failed"));
      assertEquals("UnexpectedAdmissionError", refused.status().reason());
      assertEquals(
          "Pod was rejected: Allocate failed due to requested number of devices unavailable for"
              + " example.com/thing. Requested: 2, Available: 1, which is unexpected",
          refused.status().message());
      assertTrue(plugin.calls.contains("preStart [b]"), plugin.calls.toString());
    }
    try (PodNode node = new PodNode(containerd, runtime);
        TestDevicePlugin _ = plugin(node, "a", "b")) {
      node.api.put(wants("second", 1));
      node.await("uid-second", "second", p -> p.status().phase().equals("Running"));
      Await.until(
          LONG,
          () -> "what it sees " + log(node, "second"),
          () -> log(node, "second").contains("devices=a\n"));
      node.remove(node.api.byUid("uid-second").orElseThrow(), 0);
    }
  }

  /** Shows the CPUs that it may use, again and again. */
  private static Pod watches(String name, String resources) {
    return pod(
        name,
        """
        {"terminationGracePeriodSeconds": 0,
         "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
           "command": ["sh", "-c",
             "grep Mems_allowed_list /proc/self/status; while true; do grep Cpus_allowed_list /proc/self/status; usleep 100000; done"],
           "resources": {%s}}]}
        """
            .formatted(resources));
  }

  private static void awaitLastCpus(PodNode node, String pod, String cpus) {
    Await.until(
        LONG,
        () -> pod + " on " + cpus + ": " + log(node, pod),
        () -> log(node, pod).endsWith("Cpus_allowed_list:\t" + cpus + "\n"));
  }

  @Test
  void cpus_ofAGuaranteedPod_areItsAloneWhileOthersMoveAway() throws Exception {
    CpuSet all = TopologyReader.machine().read().all();
    CpuSet alone = CpuSet.of(all.ids().first());
    CpuSet reserved = all.minus(alone);
    NodeSettings settings =
        NodeSettings.plain()
            .withPlacement(
                new PlacementSettings(
                    new CpuSettings(true, reserved.size(), reserved, false, false),
                    new MemorySettings(true, Map.of()),
                    TopologyPolicy.SINGLE_NUMA_NODE,
                    false,
                    false,
                    PlacementSettings.NODES_MAX));
    Pod exclusive =
        watches(
            "alone",
            """
            "requests": {"cpu": "1", "memory": "32Mi"}, "limits": {"cpu": "1", "memory": "32Mi"}\
            """);
    try (PodNode node = new PodNode(containerd, runtime, settings)) {
      node.api.put(watches("shares", ""));
      awaitLastCpus(node, "shares", all.toString());
      node.api.put(exclusive);
      awaitLastCpus(node, "alone", alone.toString());
      assertEquals(
          NumaNodes.of(0), node.parts.shares().memory().nodes("uid-alone", "c").orElseThrow());
      awaitLastCpus(node, "shares", reserved.toString());
      assertTrue(held().contains("alone c [] " + alone.ids()), held());
    }
    try (PodNode node = new PodNode(containerd, runtime, settings)) {
      assertEquals(alone, node.parts.shares().cpus().cpus("uid-alone", "c"));
      node.api.put(exclusive);
      node.await("uid-alone", "running", p -> p.status().phase().equals("Running"));
      Pod second =
          pod(
              "second",
              """
              {"containers": [{"name": "c", "image": "busybox", "resources": {
                "requests": {"cpu": "1", "memory": "1Mi"}, "limits": {"cpu": "1", "memory": "1Mi"}}}]}
              """);
      node.api.put(second);
      Pod refused = node.await("uid-second", "refusal", p -> p.status().phase().equals("Failed"));
      assertEquals("TopologyAffinityError", refused.status().reason());
      node.api.put(watches("shares", ""));
      node.remove(node.api.byUid("uid-alone").orElseThrow(), 0);
      awaitLastCpus(node, "shares", all.toString());
    }
  }

  /** What monitoring agents are told: pod, container, devices, CPUs. */
  private static String held() throws IOException {
    Path socket = containerd.directory("kubelet").resolve("pod-resources").resolve("kubelet.sock");
    try (SocketChannel channel = new SocketChannel(socket.toString())) {
      return PodResourcesListerGrpc.newBlockingStub(channel.channel())
          .list(ListPodResourcesRequest.getDefaultInstance())
          .getPodResourcesList()
          .stream()
          .map(ContainerdShareTest::line)
          .sorted()
          .collect(Collectors.joining("\n"));
    }
  }

  private static String line(PodResources pod) {
    ContainerResources container = pod.getContainers(0);
    List<String> ids =
        container.getDevicesList().stream()
            .flatMap(device -> device.getDeviceIdsList().stream())
            .toList();
    return pod.getName() + " " + container.getName() + " " + ids + " " + container.getCpuIdsList();
  }

  private static String log(PodNode node, String pod) {
    try {
      return node.log(pod, "c");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
