package dev.wherry.network.bandwidth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.placement.PodBandwidth;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.policy.RoutedNode;
import dev.wherry.network.rtnetlink.QueueChanges.TokenBucket;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real transfers between a node and its pods, in namespaces. */
class PodBandwidthsTest {
  /** 1 MiB per second, with 100 KiB at once: {@link #BYTES} take a second and a half. */
  private static final String RATE = "8Mi";

  private static final int BYTES = 3 << 19;
  private static final double LIMITED_SECONDS_MIN = 0.8;
  private static final double LIMITED_SECONDS_MAX = 12;
  private static final int RATIO_MIN = 4;
  private static final int PORT = 5_000;

  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private RoutedNode node;
  private TestNamespace pod;
  private PodBandwidths bandwidths;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip and nft; ./dev test has them");
    node = RoutedNode.create();
    pod = node.pod(2);
    bandwidths = PodBandwidths.start(api, "n1", timer, node.node::enter);
  }

  @AfterEach
  void stop() throws Exception {
    if (node != null) {
      bandwidths.close();
      node.close();
    }
    timer.close();
  }

  private static Pod pod(String name, String address, Map<String, String> annotations) {
    return Pod.EMPTY.toBuilder()
        .metadata(
            ObjectMeta.builder()
                .namespace("default")
                .name(name)
                .uid("uid-" + name)
                .annotations(annotations)
                .build())
        .spec(PodSpec.builder().nodeName("n1").build())
        .status(PodStatus.builder().phase("Running").podIP(address).build())
        .build();
  }

  private void change(Map<String, String> annotations) {
    Pod now = api.get(Pod.KIND, "default", "p");
    ObjectMeta metadata = now.metadata().toBuilder().annotations(annotations).build();
    api.update(Pod.KIND, now.toBuilder().metadata(metadata).build());
  }

  private String seen(String... command) {
    try {
      return node.node.exec(command);
    } catch (IOException | InterruptedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private String queues() {
    return seen("tc", "qdisc", "show");
  }

  private String links() {
    return seen("ip", "-o", "link");
  }

  /** Seconds for some bytes on a connection to the pod's address. */
  private double seconds(TestNamespace from, TestNamespace to) throws Exception {
    String address = to == pod ? "10.42.0.2" : RoutedNode.GATEWAY;
    try (ServerSocket server = to.call(() -> new ServerSocket(PORT))) {
      FutureTask<Integer> received =
          new FutureTask<>(() -> {
            try (Socket socket = server.accept();
                InputStream in = socket.getInputStream()) {
              return in.readNBytes(BYTES).length;
            }
          });
      Thread.ofPlatform().daemon().start(received);
      long before = System.nanoTime();
      try (Socket socket = from.call(() -> new Socket(address, PORT))) {
        socket.getOutputStream().write(new byte[BYTES]);
        assertEquals(BYTES, received.get());
      }
      return (System.nanoTime() - before) / 1e9;
    }
  }

  private static void assertLimited(double seconds, double free) {
    String figures = seconds + " s limited, " + free + " s free";
    assertTrue(seconds > LIMITED_SECONDS_MIN && seconds < LIMITED_SECONDS_MAX, figures);
    assertTrue(seconds > RATIO_MIN * free, figures);
  }

  @Test
  void limits_comeChangeAndGo_asTransfersFeelThem() throws Exception {
    double toPod = seconds(node.node, pod);
    double fromPod = seconds(pod, node.node);
    api.create(Pod.KIND, pod("p", "10.42.0.2", Map.of(PodBandwidth.INGRESS, RATE)));
    Eventually.await("to the pod", () -> queues().contains("tbf"));
    assertLimited(seconds(node.node, pod), toPod);
    assertFalse(links().contains("wherry-bw"), "nothing for the other way");

    change(Map.of(PodBandwidth.EGRESS, RATE));
    Eventually.await("from the pod", () -> queues().contains("qdisc ingress"));
    assertLimited(seconds(pod, node.node), fromPod);
    assertTrue(seconds(node.node, pod) < LIMITED_SECONDS_MIN, "free again");

    change(Map.of());
    Eventually.await("free", () -> !queues().contains("tbf") && !links().contains("wherry-bw"));
    assertTrue(seconds(pod, node.node) < LIMITED_SECONDS_MIN, "free again");
  }

  @Test
  void pod_goesWhileNobodyLooks_leavesNothing() throws Exception {
    Map<String, String> both = Map.of(PodBandwidth.INGRESS, RATE, PodBandwidth.EGRESS, RATE);
    TestNamespace second = node.pod(3);
    api.create(Pod.KIND, pod("p", "10.42.0.2", both));
    api.create(Pod.KIND, pod("q", "10.42.0.3", both));
    Eventually.await("both", () -> queues().split("qdisc ingress", -1).length == 3);
    second.ip("link", "del", "eth0");
    api.delete(Pod.KIND, "default", "q", DeleteOptions.DEFAULT.withGrace(0));
    Eventually.await("one", () -> links().split("wherry-bw", -1).length == 2);

    bandwidths.close();
    assertTrue(queues().contains("tbf"), "limits outlive the program");
    pod.ip("link", "del", "eth0");
    api.delete(Pod.KIND, "default", "p", DeleteOptions.DEFAULT.withGrace(0));
    bandwidths = PodBandwidths.start(api, "n1", timer, node.node::enter);
    Eventually.await("none", () -> !links().contains("wherry-bw"));
  }

  @Test
  void restart_podStays_isLimitedOnce() throws Exception {
    Map<String, String> both = Map.of(PodBandwidth.INGRESS, RATE, PodBandwidth.EGRESS, RATE);
    api.create(Pod.KIND, pod("p", "10.42.0.2", both));
    Eventually.await("limited", () -> queues().contains("qdisc ingress"));
    bandwidths.close();
    // As if it had been killed between two requests.
    node.node.exec("tc", "filter", "del", "dev", "veth2", "ingress");
    bandwidths = PodBandwidths.start(api, "n1", timer, node.node::enter);
    Eventually.await(
        "whole again",
        () -> seen("tc", "filter", "show", "dev", "veth2", "ingress").contains("wherry-bw"));
    assertEquals(2, links().split("wherry-bw", -1).length, links());
  }

  @Test
  void whatCannotBe_isAnEventAndThePodRuns() throws Exception {
    api.create(Pod.KIND, pod("p", "10.42.0.2", Map.of(PodBandwidth.INGRESS, "10")));
    Eventually.await("refused", () -> told(PodBandwidths.INVALID).contains("(< 1kbit)"));
    // A device that cannot be made stands for a kernel that cannot make it.
    String index = node.node.exec("cat", "/sys/class/net/veth2/ifindex").strip();
    node.node.ip("link", "property", "add", "dev", "veth2", "altname", "wherry-bw" + index);
    change(Map.of(PodBandwidth.INGRESS, RATE, PodBandwidth.EGRESS, RATE));
    Eventually.await("told", () -> told(PodBandwidths.UNSUPPORTED).contains("the pod runs"));
    assertFalse(queues().contains("tbf"), "nothing half done");
    assertTrue(RoutedNode.reaches(node.node, "10.42.0.2", 80));
  }

  private String told(String reason) {
    StringBuilder told = new StringBuilder();
    for (Event event : api.stored(Event.KIND)) {
      if (event.reason().equals(reason)) {
        told.append(event.message());
      }
    }
    return told.toString();
  }

  @Test
  void bucket_ofRates_hasRoomForAPacketAndNoOverflow() {
    assertEquals(new TokenBucket(125, 32 << 10, 160 << 10), LinkLimits.bucket(1_000));
    assertEquals(
        new TokenBucket(125_000_000, 12_500_000, 15_625_000), LinkLimits.bucket(1_000_000_000));
    TokenBucket largest = LinkLimits.bucket(1_000_000_000_000_000L);
    assertEquals(125_000_000_000_000L, largest.rate());
    assertTrue(largest.burst() > 0 && largest.limit() > largest.burst(), largest.toString());
  }
}
