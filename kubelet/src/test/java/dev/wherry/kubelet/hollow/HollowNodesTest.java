package dev.wherry.kubelet.hollow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HollowNodesTest {
  private static final Duration JOB_TIME = Duration.ofSeconds(30);

  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private Optional<HollowNodes> running = Optional.empty();

  @AfterEach
  void stop() {
    running.ifPresent(HollowNodes::close);
  }

  private HollowNodes start(int count) throws InterruptedException {
    HollowNodes nodes =
        HollowNodes.start(
            api,
            new HollowConfig("h", count, Map.of(), Map.of("zone", "a"), List.of(), JOB_TIME, "v1"),
            timer);
    running = Optional.of(nodes);
    assertTrue(nodes.awaitRegistered(Duration.ofSeconds(20)));
    return nodes;
  }

  private Pod create(String name, String node, String metadata) {
    String text =
        "{\"metadata\": {\"namespace\": \"default\", \"name\": \"%s\"%s},"
            + " \"spec\": {\"nodeName\": \"%s\", \"containers\": [{\"name\": \"c\","
            + " \"image\": \"i\"}]}, \"status\": {\"phase\": \"Pending\"}}";
    return api.create(
        Pod.KIND,
        Pod.KIND.decode(
            Json.parse(text.formatted(name, metadata, node).getBytes(StandardCharsets.UTF_8))));
  }

  private String phase(String pod) {
    return api.get(Pod.KIND, "default", pod).status().phase();
  }

  private Set<Instant> renewals() {
    Set<Instant> times = new HashSet<>();
    api.stored(Lease.KIND).forEach(lease -> times.add(lease.spec().renewTime()));
    return times;
  }

  @Test
  void start_noNodes_makesReadyOnesWithRangesAndLeases() throws Exception {
    start(3);
    List<Node> nodes = api.stored(Node.KIND);
    assertEquals(3, nodes.size());
    Set<String> ranges = new HashSet<>();
    for (Node node : nodes) {
      assertTrue(NodeForm.isReady(node));
      assertEquals("a", node.metadata().labels().get("zone"));
      ranges.add(node.spec().podCIDR());
    }
    assertEquals(3, ranges.size());
    assertEquals(3, api.stored(Lease.KIND).size());
  }

  @Test
  void start_nodesAreThere_takesThemOver() throws Exception {
    start(2).close();
    String uid = api.get(Node.KIND, "", "h-1").metadata().uid();
    start(3);
    assertEquals(3, api.stored(Node.KIND).size());
    assertEquals(uid, api.get(Node.KIND, "", "h-1").metadata().uid());
  }

  @Test
  void lease_timePasses_renewedInEveryRound() throws Exception {
    start(3);
    Instant before = timer.instant();
    Eventually.await(
        "all leases renewed",
        () -> {
          timer.advance(Duration.ofSeconds(1));
          return renewals().stream().allMatch(before::isBefore);
        });
  }

  @Test
  void node_foundNotReady_isReadyAgain() throws Exception {
    start(1);
    Node node = api.get(Node.KIND, "", "h-0");
    var unknown = Json.object();
    unknown
        .putObject("status")
        .putArray("conditions")
        .addObject()
        .put("type", "Ready")
        .put("status", "Unknown");
    api.patch(Node.KIND, "", "h-0", PatchType.MERGE, unknown, "status");
    Eventually.await(
        "ready again", () -> NodeForm.isReady(api.get(Node.KIND, "", node.metadata().name())));
  }

  @Test
  void pods_boundDoneDeleted_passAllStages() throws Exception {
    start(2);
    create("web", "h-0", "");
    create("job", "h-1", ", \"ownerReferences\": [{\"kind\": \"Job\", \"name\": \"j\"}]");
    create("foreign", "real", "");
    Eventually.await(
        "both run", () -> phase("web").equals("Running") && phase("job").equals("Running"));
    String range = api.get(Node.KIND, "", "h-0").spec().podCIDR();
    String address = api.get(Pod.KIND, "default", "web").status().podIP();
    int index = HollowRanges.index(range).orElseThrow();
    assertTrue(HollowRanges.offset(index, address).isPresent(), address);

    Eventually.await(
        "the job's pod succeeds",
        () -> {
          timer.advance(Duration.ofSeconds(5));
          return phase("job").equals("Succeeded");
        });
    assertEquals("Running", phase("web"));
    assertEquals("Pending", phase("foreign"));

    api.delete(Pod.KIND, "default", "web", DeleteOptions.DEFAULT);
    Eventually.await(
        "the deleted pod is gone",
        () -> api.stored(Pod.KIND).stream().noneMatch(pod -> pod.metadata().name().equals("web")));
  }

  @Test
  void pods_watchIsLost_goOn() throws Exception {
    HollowNodes nodes = start(1);
    create("one", "h-0", "");
    Eventually.await("runs", () -> phase("one").equals("Running"));
    api.compact();
    create("two", "h-0", "");
    Eventually.await(
        "runs too",
        () -> {
          timer.advance(Duration.ofMillis(100));
          return phase("two").equals("Running");
        });
    Eventually.await("nothing is held", () -> nodes.podsWaiting() == 0);
    assertEquals(
        2, api.stored(Pod.KIND).stream().map(pod -> pod.status().podIP()).distinct().count());
  }
}
