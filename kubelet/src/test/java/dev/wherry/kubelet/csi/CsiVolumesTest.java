package dev.wherry.kubelet.csi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.plugin.PluginFolder;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.storage.v1.CSIDriver;
import dev.wherry.model.storage.v1.CSINode;
import dev.wherry.model.storage.v1.VolumeAttachment;
import dev.wherry.model.volume.VolumeDigest;
import dev.wherry.proto.csi.v1.NodeServiceCapability.RPC;
import dev.wherry.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import dev.wherry.streaming.socket.SocketServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A driver over real sockets, its volumes really mounted; the API in memory. */
class CsiVolumesTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final SystemTimer TIMER = new SystemTimer();
  private static final int GROUP = 4711;

  private final FakeApiClient cluster = new FakeApiClient(TIMER);
  private final FakeApi api = new FakeApi();
  private final CsiDrivers drivers = new CsiDrivers(cluster, "node-1", TIMER);
  private Path home;
  private PodDirs dirs;
  private PluginFolder folder;
  private CsiVolumes volumes;

  @BeforeEach
  void start() throws IOException {
    home = Files.createTempDirectory(Path.of("/tmp"), "wc");
    dirs = new PodDirs(home.resolve("data"), home.resolve("logs"));
    folder = PluginFolder.start(home.resolve("plugins_registry"), Map.of(CsiDrivers.TYPE, drivers));
    volumes = open();
    create(Node.KIND, "{'metadata': {'name': 'node-1', 'labels': {'a': 'b'}}}");
  }

  /** As a kubelet that has just started has it. */
  private CsiVolumes open() {
    return new CsiVolumes(home, dirs, drivers, cluster, api, "node-1", TIMER);
  }

  @AfterEach
  void stop() throws IOException {
    folder.close();
    drivers.close();
  }

  private <T extends KubeObject> T create(Kind<T> kind, String quoted) {
    return cluster.create(kind, kind.decode(Json.parse(quoted.replace('\'', '"'))));
  }

  private void driverObject(String spec) {
    create(
        CSIDriver.KIND,
        "{'metadata': {'name': '%s'}, 'spec': %s}".formatted(TestCsiDriver.NAME, spec));
  }

  private SocketServer registered(TestCsiDriver driver) throws IOException {
    SocketServer registrar = driver.announce(home.resolve("plugins_registry"), "1.0.0");
    Await.until(LONG, () -> "told " + driver.told, () -> driver.told.contains("true "));
    return registrar;
  }

  private TestCsiDriver driver(RPC.Type... abilities) throws IOException {
    return new TestCsiDriver(home.resolve("csi.sock"), abilities);
  }

  private static PodView pod(String uid, String more) {
    String text =
        "{'metadata': {'name': 'p-%1$s', 'namespace': 'ns', 'uid': '%1$s'}, 'spec': {%2$s}}";
    return PodView.of(Pod.KIND.decode(Json.parse(text.formatted(uid, more).replace('\'', '"'))));
  }

  private static PersistentVolume volume(String more) {
    String text =
        "{'metadata': {'name': 'pv-1'}, 'spec': {'accessModes': ['ReadWriteOnce'],"
            + " 'volumeMode': 'Filesystem', 'capacity': {'storage': '2Gi'}, 'csi':"
            + " {'driver': '%s', 'volumeHandle': 'vol-1', 'volumeAttributes': {'tier': 'gold'},"
            + " 'fsType': 'ext4'}%s}}";
    return PersistentVolume.KIND.decode(
        Json.parse(text.formatted(TestCsiDriver.NAME, more).replace('\'', '"')));
  }

  private PersistentVolumeClaim claim() {
    return cluster.stored(PersistentVolumeClaim.KIND).stream()
        .findFirst()
        .orElseGet(() ->
            create(
                PersistentVolumeClaim.KIND,
                "{'metadata': {'name': 'data', 'namespace': 'ns'}, 'status': {'capacity':"
                    + " {'storage': '1Gi'}, 'conditions': [{'type': 'FileSystemResizePending',"
                    + " 'status': 'True'}]}}"));
  }

  private Path bring(PodView pod, PersistentVolume volume) throws Exception {
    return volumes.persistent(pod, volume.spec().csi(), volume, claim(), false);
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(p -> !p.equals(home))
          .filter(
              p -> p.toString().contains("vol_data") || p.toString().contains("kubernetes.io/csi"))
          .toList();
    }
  }

  @Test
  void driver_comesAndGoes_theApiKnows() throws Exception {
    try (TestCsiDriver driver = driver()) {
      try (SocketServer _ = registered(driver)) {
        var entry = cluster.get(CSINode.KIND, "", "node-1").spec().drivers().getFirst();
        assertEquals("machine-7", entry.nodeID());
        assertEquals(3, entry.allocatable().count());
        assertEquals(List.of("example.com/rack"), entry.topologyKeys());
        var node = cluster.get(Node.KIND, "", "node-1").metadata();
        assertEquals("r1", node.labels().get("example.com/rack"));
        assertEquals(
            "{\"%s\":\"machine-7\"}".formatted(TestCsiDriver.NAME),
            node.annotations().get(NodeDrivers.ANNOTATION));
      }
      Await.until(
          LONG,
          () -> "drivers of CSINode",
          () -> cluster.get(CSINode.KIND, "", "node-1").spec().drivers().isEmpty());
      assertTrue(drivers.find(TestCsiDriver.NAME).isEmpty());
    }
  }

  @Test
  void driver_ofAnotherVersion_isRefused() throws Exception {
    try (TestCsiDriver driver = driver();
        SocketServer _ = driver.announce(home.resolve("plugins_registry"), "0.3.0")) {
      Await.until(LONG, () -> "told " + driver.told, () -> !driver.told.isEmpty());
      assertTrue(driver.told.getFirst().startsWith("false CSI driver"), driver.told.getFirst());
    }
  }

  @Test
  void persistent_ofTwoPods_isStagedOnceAndUnstagedAfterTheLast() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      Path one = bring(pod("u1", ""), volume(""));
      assertEquals(home.resolve("pods/u1/volumes/kubernetes.io~csi/pv-1/mount"), one);
      assertTrue(Mounts.mounted(one));
      assertEquals(one, bring(pod("u1", ""), volume("")));
      bring(pod("u2", ""), volume(""));
      assertEquals("gold", driver.published.getFirst().getVolumeContextOrThrow("tier"));
      assertEquals(
          Mode.SINGLE_NODE_WRITER,
          driver.published.getFirst().getVolumeCapability().getAccessMode().getMode());
      assertEquals(
          driver.staged.getFirst().getStagingTargetPath(),
          driver.published.getFirst().getStagingTargetPath());

      volumes.tearDown("u1");
      assertFalse(Files.exists(home.resolve("pods/u1")));
      open().tearDown("u2");
      assertEquals(List.of(), left());
      assertEquals(
          List.of(
              "stage vol-1",
              "publish vol-1",
              "stage vol-1",
              "publish vol-1",
              "unpublish vol-1",
              "unpublish vol-1",
              "unstage vol-1"),
          driver.calls);
    }
  }

  @Test
  void persistent_whosePublishingFailed_isTakenBackByTheNextKubelet() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      driver.fails(true);
      VolumeException refused =
          assertThrows(VolumeException.class, () -> bring(pod("u1", ""), volume("")));
      assertEquals(
          "MountVolume.SetUp failed for volume \"pv-1\" : kubernetes.io/csi: rpc error: code ="
              + " Internal desc = no way",
          refused.text());
      open().tearDown("u1");
      assertEquals(List.of("unpublish vol-1", "unstage vol-1"), driver.calls.subList(2, 4));
      assertEquals(List.of(), left());
    }
  }

  @Test
  void tearDown_withoutItsDriver_keepsTheVolumeAndSaysWhy() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver()) {
      SocketServer registrar = registered(driver);
      Path place = bring(pod("u1", ""), volume(""));
      registrar.close();
      Await.until(LONG, () -> "gone", () -> drivers.find(TestCsiDriver.NAME).isEmpty());
      IOException stays = assertThrows(IOException.class, () -> volumes.tearDown("u1"));
      assertTrue(stays.getMessage().contains("not found in the list of registered CSI drivers"));
      assertTrue(Mounts.mounted(place));
      driver.told.clear();
      try (SocketServer _ = registered(driver)) {
        volumes.tearDown("u1");
      }
      assertEquals(List.of(), left());
    }
  }

  @Test
  void leftovers_ofANodeThatIsGone_areUnmounted() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver);
        Mounts mounts = new Mounts()) {
      Path place = bring(pod("u1", ""), volume(""));
      CsiLeftovers.remove(home, dirs, mounts);
      assertFalse(Files.exists(place));
      assertEquals(List.of(), left());
    }
  }

  @Test
  void persistent_thatMustBeAttached_waitsAndHandsOnWhatTheControllerSaid() throws Exception {
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      VolumeException waits =
          assertThrows(VolumeException.class, () -> bring(pod("u1", ""), volume("")));
      String name = "csi-" + VolumeDigest.hex("vol-1" + TestCsiDriver.NAME + "node-1");
      assertTrue(waits.text().contains(name + "\" not found"), waits.text());
      assertEquals(List.of(), driver.calls);
      create(
          VolumeAttachment.KIND,
          "{'metadata': {'name': '%s'}, 'status': {'attached': true, 'attachmentMetadata': {'disk': 'sdx'}}}"
              .formatted(name));
      bring(pod("u1", ""), volume(""));
      assertEquals("sdx", driver.staged.getFirst().getPublishContextOrThrow("disk"));
      assertEquals(
          List.of("kubernetes.io/csi/%s^vol-1".formatted(TestCsiDriver.NAME)),
          cluster.get(Node.KIND, "", "node-1").status().volumesInUse());
      volumes.tearDown("u1");
      assertEquals(List.of(), cluster.get(Node.KIND, "", "node-1").status().volumesInUse());
    }
  }

  @Test
  void inline_livesWithThePod_whereTheDriverSaysSo() throws Exception {
    PodView pod =
        pod(
            "u1",
            "'serviceAccountName': 'sa', 'volumes': [{'name': 'v', 'csi': {'driver': '%s',"
                    .formatted(TestCsiDriver.NAME)
                + " 'volumeAttributes': {'size': '1'}, 'nodePublishSecretRef': {'name': 's'}}}]");
    var source = pod.spec().volumes().getFirst();
    api.put(
        Secret.KIND.decode(
            Json.parse(
                "{'metadata': {'name': 's', 'namespace': 'ns'}, 'data': {'key': 'dmFsdWU='}}"
                    .replace('\'', '"'))));
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      VolumeException refused =
          assertThrows(VolumeException.class, () -> volumes.inline(pod, source, source.csi()));
      assertTrue(refused.text().endsWith("(no CSIDriver object)"), refused.text());
      driverObject(
          "{'podInfoOnMount': true, 'volumeLifecycleModes': ['Ephemeral'],"
              + " 'tokenRequests': [{'audience': 'bank'}]}");
      volumes.inline(pod, source, source.csi());
      var asked = driver.published.getFirst();
      assertEquals("value", asked.getSecretsOrThrow("key"));
      assertEquals("true", asked.getVolumeContextOrThrow("csi.storage.k8s.io/ephemeral"));
      assertEquals("sa", asked.getVolumeContextOrThrow("csi.storage.k8s.io/serviceAccount.name"));
      assertEquals(
          "token-of-p-u1",
          Json.parse(asked.getVolumeContextOrThrow("csi.storage.k8s.io/serviceAccount.tokens"))
              .path("bank")
              .path("token")
              .asText());
      volumes.tearDown("u1");
      assertEquals(
          List.of("publish " + asked.getVolumeId(), "unpublish " + asked.getVolumeId()),
          driver.calls);
    }
  }

  @Test
  void persistent_ofAPodWithAGroup_isItsGroups() throws Exception {
    driverObject("{'attachRequired': false, 'fsGroupPolicy': 'File'}");
    String security = "'securityContext': {'fsGroup': %d}".formatted(GROUP);
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      Path place = bring(pod("u1", security), volume(""));
      assertEquals(GROUP, Files.getAttribute(place, "unix:gid"));
      volumes.tearDown("u1");
    }
    drivers.close();
    try (TestCsiDriver driver = driver(RPC.Type.VOLUME_MOUNT_GROUP);
        SocketServer _ = registered(driver)) {
      Path place = bring(pod("u2", security), volume(""));
      assertEquals(0, Files.getAttribute(place, "unix:gid"));
      assertEquals(
          String.valueOf(GROUP),
          driver.published.getFirst().getVolumeCapability().getMount().getVolumeMountGroup());
      volumes.tearDown("u2");
    }
  }

  @Test
  void takesGroup_followsThePolicy() {
    CsiSource plain = CsiSource.persistent(volume("").spec().csi(), volume(""), claim(), false);
    assertTrue(plain.takesGroup(null));
    assertTrue(plain.takesGroup("ReadWriteOnceWithFSType"));
    assertFalse(plain.takesGroup("None"));
    PersistentVolume shared = volume(", 'accessModes': ['ReadWriteMany']");
    CsiSource many = CsiSource.persistent(shared.spec().csi(), shared, claim(), false);
    assertFalse(many.takesGroup("ReadWriteOnceWithFSType"));
    assertTrue(many.takesGroup("File"));
  }

  @Test
  void persistent_thatHasGrown_isExpandedAndTheClaimToldSo() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver(RPC.Type.EXPAND_VOLUME);
        SocketServer _ = registered(driver)) {
      bring(pod("u1", ""), volume(""));
      assertEquals(2L << 30, driver.expanded.getFirst().getCapacityRange().getRequiredBytes());
      assertEquals("2Gi", claim().status().capacity().get("storage").toString());
      assertEquals(List.of(), claim().status().conditions());
      volumes.tearDown("u1");
    }
  }

  @Test
  void volume_grownWhileThePodRuns_isFittedOnce() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver(RPC.Type.EXPAND_VOLUME);
        SocketServer _ = registered(driver)) {
      bring(pod("u1", ""), volume(", 'capacity': {'storage': '1Gi'}"));
      assertEquals(List.of("stage vol-1", "publish vol-1"), driver.calls);
      bring(pod("u1", ""), volume(""));
      bring(pod("u1", ""), volume(""));

      assertEquals(List.of("stage vol-1", "publish vol-1", "expand vol-1"), driver.calls);
      assertEquals("2Gi", claim().status().capacity().get("storage").toString());
      assertEquals(List.of(), claim().status().conditions());
      volumes.tearDown("u1");
    }
  }

  @Test
  void driver_thatWantsItSo_isToldAgainAndAgain() throws Exception {
    driverObject("{'attachRequired': false, 'requiresRepublish': true}");
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      Path first = bring(pod("u1", ""), volume(""));
      assertEquals(first, bring(pod("u1", ""), volume("")));
      assertEquals(
          List.of("stage vol-1", "publish vol-1", "publish vol-1", "published before vol-1"),
          driver.calls);
      assertEquals(driver.published.getFirst(), driver.published.getLast());
      volumes.tearDown("u1");
    }
  }

  @Test
  void space_isAskedOfDriversThatKnow_onceAMinute() throws Exception {
    driverObject("{'attachRequired': false}");
    String volumesOfPod =
        "'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'data'}}]";
    try (TestCsiDriver driver = driver(RPC.Type.GET_VOLUME_STATS);
        SocketServer _ = registered(driver)) {
      PodView pod = pod("u1", volumesOfPod);
      bring(pod, volume(""));
      VolumeSpace space = volumes.space(pod).getFirst();
      assertEquals(List.of(space), volumes.space(pod));

      assertEquals("v", space.volume());
      assertEquals("data", space.claim());
      assertEquals(OptionalLong.of(400), space.bytes().used());
      assertEquals(OptionalLong.empty(), space.inodes().total());
      assertEquals(1, driver.calls.stream().filter("stats vol-1"::equals).count());
      volumes.tearDown("u1");
    }
  }

  @Test
  void block_isPublishedAsAFile() throws Exception {
    driverObject("{'attachRequired': false}");
    try (TestCsiDriver driver = driver();
        SocketServer _ = registered(driver)) {
      Path device = bring(pod("u1", ""), volume(", 'volumeMode': 'Block'"));
      assertEquals(home.resolve("plugins/kubernetes.io/csi/volumeDevices/publish/pv-1/u1"), device);
      assertTrue(Files.isRegularFile(device));
      assertEquals(device, bring(pod("u1", ""), volume(", 'volumeMode': 'Block'")));
      volumes.tearDown("u1");
      assertEquals(List.of(), left());
    }
  }
}
