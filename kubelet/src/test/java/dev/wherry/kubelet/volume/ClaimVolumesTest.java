package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.csi.CsiDrivers;
import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimVolumesTest {
  private static final int GROUP = 4711;

  @TempDir Path home;

  private final FakeApi api = new FakeApi();
  private PodDirs dirs;

  @BeforeEach
  void place() {
    dirs = new PodDirs(home.resolve("kubelet"), home.resolve("logs"));
  }

  private ClaimVolumes volumes() {
    FakeApiClient cluster = new FakeApiClient(new FakeTimer());
    CsiDrivers none = new CsiDrivers(cluster, "node-1", new FakeTimer());
    CsiVolumes csi =
        new CsiVolumes(
            home.resolve("kubelet"), dirs, none, cluster, api, "node-1", new FakeTimer());
    return new ClaimVolumes(dirs, api, csi, new NfsVolumes(dirs, new Mounts()));
  }

  private static PodView pod(String security) {
    return PodView.of(
        Pod.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "db", "namespace": "default", "uid": "uid-db"},
                 "spec": {"securityContext": {%s},
                          "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}}
                """
                    .formatted(security))));
  }

  private void claim(String metadata, String phase) {
    api.put(
        PersistentVolumeClaim.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "data", "namespace": "default", "uid": "uid-data"%s},
                 "spec": {"volumeName": "pv"}, "status": {"phase": "%s"}}
                """
                    .formatted(metadata, phase))));
  }

  private void volume(String source) {
    api.put(
        PersistentVolume.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "pv"},
                 "spec": {"claimRef": {"namespace": "default", "name": "data", "uid": "uid-data"},
                          %s}}
                """
                    .formatted(source))));
  }

  private Path prepare(ClaimVolumes volumes, PodView pod) throws Exception {
    return volumes.prepare(pod, pod.spec().volumes().getFirst());
  }

  private String refusal() {
    ClaimVolumes volumes = volumes();
    return assertThrows(VolumeException.class, () -> prepare(volumes, pod(""))).text();
  }

  @Test
  void prepare_untilTheClaimIsBound_saysWhatIsMissing() throws Exception {
    assertTrue(refusal().contains("persistentvolumeclaims \"data\" not found"), refusal());
    claim("", "Pending");
    assertTrue(refusal().endsWith("error processing PVC default/data: PVC is not bound"));
    claim("", "Bound");
    assertTrue(refusal().contains("persistentvolumes \"pv\" not found"));
    volume("\"local\": {\"path\": \"" + home.resolve("disk") + "\"}");
    assertEquals(
        "MountVolume.NewMounter initialization failed for volume \"pv\" : path \""
            + home.resolve("disk")
            + "\" does not exist",
        refusal());
    Files.createDirectory(home.resolve("disk"));
    assertEquals(home.resolve("disk"), prepare(volumes(), pod("")));
  }

  @Test
  void prepare_claimIsDeleted_onlyAPodThatHasItGoesOn() throws Exception {
    Files.createDirectory(home.resolve("disk"));
    volume("\"local\": {\"path\": \"" + home.resolve("disk") + "\"}");
    String deleted = ", \"deletionTimestamp\": \"2026-11-21T08:00:00Z\"";
    claim(deleted, "Bound");
    assertTrue(refusal().endsWith("PVC is being deleted"));
    claim("", "Bound");
    prepare(volumes(), pod(""));
    claim(deleted, "Bound");
    assertEquals(home.resolve("disk"), prepare(volumes(), pod("")));
  }

  @Test
  void prepare_fsGroup_isGivenTheVolumeOnce() throws Exception {
    Path disk = Files.createDirectory(home.resolve("disk"));
    Files.writeString(disk.resolve("old"), "x");
    volume("\"local\": {\"path\": \"" + disk + "\"}");
    claim("", "Bound");
    PodView pod = pod("\"fsGroup\": " + GROUP);
    prepare(volumes(), pod);
    assertEquals(GROUP, Files.getAttribute(disk.resolve("old"), "unix:gid"));
    assertEquals(GROUP, Files.getAttribute(disk, "unix:gid"));
    assertEquals(02070, Modes.get(disk) & 02070);

    Files.writeString(disk.resolve("new"), "x");
    Files.setAttribute(disk.resolve("new"), "unix:gid", 0);
    prepare(volumes(), pod);
    assertEquals(0, Files.getAttribute(disk.resolve("new"), "unix:gid"));
  }

  @Test
  void prepare_blockVolumeWithoutADevice_isRefused() throws Exception {
    Files.createDirectory(home.resolve("disk"));
    claim("", "Bound");
    volume("\"volumeMode\": \"Block\", \"local\": {\"path\": \"" + home.resolve("disk") + "\"}");
    assertTrue(refusal().endsWith("is no block device"), refusal());
  }

  @Test
  void prepare_volumeOfAnotherClaim_isRefused() {
    claim("", "Bound");
    api.put(
        PersistentVolume.KIND.decode(
            Json.parse("{\"metadata\": {\"name\": \"pv\"}, \"spec\": {}}")));
    assertTrue(refusal().contains("spec.claimRef is not this PVC"));
  }
}
