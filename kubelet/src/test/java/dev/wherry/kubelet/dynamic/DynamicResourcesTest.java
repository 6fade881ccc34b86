package dev.wherry.kubelet.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.plugin.PluginFolder;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.streaming.socket.SocketServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A driver over real sockets that registers as vendors' do; the API in memory. */
class DynamicResourcesTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final SystemTimer TIMER = new SystemTimer();

  private final FakeApiClient cluster = new FakeApiClient(TIMER);
  private final DraDrivers drivers = new DraDrivers();
  private Path home;
  private PluginFolder folder;
  private DynamicResources resources;

  @BeforeEach
  void start() throws IOException {
    home = Files.createTempDirectory(Path.of("/tmp"), "wd");
    folder = PluginFolder.start(home.resolve("plugins_registry"), Map.of(DraDrivers.TYPE, drivers));
    resources = open();
  }

  /** As an agent that has just started has it. */
  private DynamicResources open() {
    return new DynamicResources(cluster, drivers, home);
  }

  @AfterEach
  void stop() throws IOException {
    folder.close();
    drivers.close();
  }

  private TestDraDriver driver(String version) throws IOException {
    return new TestDraDriver(home.resolve("dra.sock"), version);
  }

  private SocketServer registered(TestDraDriver driver) throws IOException {
    SocketServer registrar = driver.announce(home.resolve("plugins_registry"));
    Await.until(LONG, () -> "told " + driver.told, () -> driver.told.contains("true "));
    return registrar;
  }

  /** One device of the test's driver, for these pods. */
  private void claim(String status) {
    String text = "{'metadata': {'name': 'gpu', 'namespace': 'ns', 'uid': 'c1'}, 'status': %s}";
    cluster.create(
        ResourceClaim.KIND,
        ResourceClaim.KIND.decode(Json.parse(text.formatted(status).replace('\'', '"'))));
  }

  private static String allocated(String... pods) {
    String users =
        String.join(
            ",",
            List.of(pods).stream()
                .map("{'resource': 'pods', 'name': 'p', 'uid': '%s'}"::formatted)
                .toList());
    return "{'reservedFor': [%s], 'allocation': {'devices': {'results': [{'request': 'a', 'driver': '%s', 'pool': 'node-1', 'device': 'dev-a'}]}}}"
        .formatted(users, TestDraDriver.NAME);
  }

  private static PodView pod(String uid) {
    String text =
        """
        {'metadata': {'name': 'p', 'namespace': 'ns', 'uid': '%s'}, 'spec': {
          'resourceClaims': [{'name': 'one', 'resourceClaimName': 'gpu'}],
          'containers': [
            {'name': 'all', 'resources': {'claims': [{'name': 'one'}]}},
            {'name': 'part', 'resources': {'claims': [{'name': 'one', 'request': 'b'}]}},
            {'name': 'none'}]}}
        """;
    return PodView.of(Pod.KIND.decode(Json.parse(text.formatted(uid).replace('\'', '"'))));
  }

  private Set<String> devices(DynamicResources of, String container) throws Exception {
    PodView pod = pod("u1");
    return of.devices(pod, pod.container(container).orElseThrow().container());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.DRAPlugin", "v1beta1.DRAPlugin"})
  void claim_preparedForItsPod_givesContainersWhatTheyName(String version) throws Exception {
    claim(allocated("u1"));
    try (TestDraDriver driver = driver(version);
        SocketServer _ = registered(driver)) {
      resources.prepare(pod("u1"));
      resources.prepare(pod("u1"));

      assertEquals(List.of("prepare ns/gpu"), driver.calls);
      assertEquals(
          Set.of("example.com/dev=gpu-a", "example.com/dev=gpu-b"), devices(resources, "all"));
      assertEquals(Set.of("example.com/dev=gpu-b"), devices(resources, "part"));
      assertEquals(Set.of(), devices(resources, "none"));
      PodView pod = pod("u1");
      var told = resources.told(pod, pod.container("part").orElseThrow().container());
      assertEquals("dev-b", told.getFirst().getClaimResources(0).getDeviceName());

      resources.release("u1");
      resources.release("u1");
      assertEquals(List.of("prepare ns/gpu", "unprepare ns/gpu"), driver.calls);
    }
  }

  @Test
  void claim_ofTwoPods_isTakenBackAfterTheLast() throws Exception {
    claim(allocated("u1", "u2"));
    try (TestDraDriver driver = driver("v1.DRAPlugin");
        SocketServer _ = registered(driver)) {
      resources.prepare(pod("u1"));
      resources.prepare(pod("u2"));
      resources.release("u1");
      assertEquals(List.of("prepare ns/gpu"), driver.calls);
      resources.release("u2");
      assertEquals(List.of("prepare ns/gpu", "unprepare ns/gpu"), driver.calls);
    }
  }

  @Test
  void agent_startedAnew_knowsDevicesAsksAgainAndTakesBackWhatIsLeft() throws Exception {
    claim(allocated("u1"));
    try (TestDraDriver driver = driver("v1.DRAPlugin")) {
      DynamicResources next;
      try (SocketServer _ = registered(driver)) {
        resources.prepare(pod("u1"));
        next = open();
        assertEquals(Set.of("example.com/dev=gpu-b"), devices(next, "part"));
        next.prepare(pod("u1"));
        assertEquals(List.of("prepare ns/gpu", "prepare ns/gpu"), driver.calls);
      }
      Await.until(LONG, () -> "driver stays", () -> failure(next, "u1").contains("registered"));
      assertThrows(IOException.class, () -> next.release("u1"));
      // The pod is gone, and its driver not there yet.
      next.keepOnly(Set.of("others"));
      driver.told.clear();
      try (SocketServer _ = registered(driver)) {
        Await.until(
            LONG, () -> driver.calls.toString(), () -> driver.calls.contains("unprepare ns/gpu"));
      }
    }
  }

  private static String failure(DynamicResources of, String pod) {
    try {
      of.prepare(pod(pod));
      return "";
    } catch (DynamicResourcesException e) {
      return e.text();
    }
  }

  @Test
  void claims_thatMayNotBeUsed_areRefusedBeforeAnybodyIsTold() throws Exception {
    assertTrue(failure(resources, "u1").startsWith("fetch ResourceClaim gpu: "));
    claim(allocated("u1"));
    assertEquals(
        "DRA driver " + TestDraDriver.NAME + " is not registered", failure(resources, "u1"));
    try (TestDraDriver driver = driver("v1.DRAPlugin");
        SocketServer _ = registered(driver)) {
      assertTrue(
          failure(resources, "u9")
              .startsWith("pod p (u9) is not allowed to use ResourceClaim gpu"));
      assertEquals(List.of(), driver.calls);
      driver.fails("no such device");
      assertEquals(
          "NodePrepareResources failed for ResourceClaim gpu: no such device",
          failure(resources, "u1"));
      driver.fails("");
      assertEquals("", failure(resources, "u1"));
    }
  }

  @Test
  void driver_ofAnotherVersion_isToldSo() throws Exception {
    try (TestDraDriver driver = driver("v7.DRAPlugin");
        SocketServer _ = driver.announce(home.resolve("plugins_registry"))) {
      Await.until(LONG, () -> "told " + driver.told, () -> !driver.told.isEmpty());
      assertTrue(driver.told.getFirst().startsWith("false invalid supported gRPC versions"));
    }
  }
}
