package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.csi.CsiDrivers;
import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.env.PodAddresses;
import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeFiguresTest {
  private static final PodAddresses NOWHERE = new PodAddresses(List.of(), List.of());
  private static final PodView POD =
      PodView.of(
          Pod.KIND.decode(
              Json.parse(
                  """
                  {"metadata": {"name": "db", "namespace": "default", "uid": "uid-db"},
                   "spec": {"volumes": [
                     {"name": "scratch", "emptyDir": {}},
                     {"name": "etc", "hostPath": {"path": "/etc"}},
                     {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}}
                  """)));

  @TempDir Path home;

  private final FakeApi api = new FakeApi();
  private final VolumeOperations operations = new VolumeOperations();

  private Volumes volumes(PodDirs dirs) {
    FakeTimer timer = new FakeTimer();
    FakeApiClient cluster = new FakeApiClient(timer);
    CsiDrivers none = new CsiDrivers(cluster, "node-1", timer);
    CsiVolumes csi = new CsiVolumes(dirs.dataDir(), dirs, none, cluster, api, "node-1", timer);
    return new Volumes(dirs, new Mounts(), api, csi, operations, timer, new Random(1));
  }

  private void bind() {
    api.put(
        PersistentVolumeClaim.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "data", "namespace": "default", "uid": "uid-data"},
                 "spec": {"volumeName": "pv"}, "status": {"phase": "Bound"}}
                """)));
    api.put(
        PersistentVolume.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "pv"},
                 "spec": {"claimRef": {"namespace": "default", "name": "data", "uid": "uid-data"},
                          "hostPath": {"path": "/tmp"}}}
                """)));
  }

  private void holds(String... lines) {
    MetricsText text = new MetricsText();
    operations.write(text);
    VolumeCensus.write(text, new PodDirs(home.resolve("kubelet"), home), List.of(POD));
    for (String line : lines) {
      assertTrue(text.toString().contains(line + "\n"), () -> line + " in " + text);
    }
  }

  private static String took(String operation, String status, String plugin) {
    return "storage_operation_duration_seconds_count{migrated=\"false\",operation_name=\""
        + operation
        + "\",status=\""
        + status
        + "\",volume_plugin=\""
        + plugin
        + "\"} 1";
  }

  private static String total(String plugin, String state) {
    return "volume_manager_total_volumes{plugin_name=\""
        + plugin
        + "\",state=\""
        + state
        + "_state_of_world\"} 1";
  }

  @Test
  void prepareAndRelease_countByOperationPluginAndStatus() throws Exception {
    PodDirs dirs = new PodDirs(home.resolve("kubelet"), home);
    Volumes volumes = volumes(dirs);
    assertThrows(VolumeException.class, () -> volumes.prepare(POD, NOWHERE));
    holds(
        took("volume_mount", "success", "kubernetes.io/empty-dir"),
        took("volume_mount", "fail-unknown", "N/A"),
        "storage_operation_errors_total{operation_name=\"volume_mount\",volume_plugin=\"N/A\"} 1",
        total("kubernetes.io/empty-dir", "actual"),
        total("N/A", "desired"));
    bind();
    volumes.prepare(POD, NOWHERE);
    holds(
        took("volume_mount", "success", "kubernetes.io/host-path").replaceAll("1$", "3"),
        total("kubernetes.io/host-path", "actual"),
        total("N/A", "actual"));
    volumes.release("uid-db");
    holds(
        took("volume_unmount", "success", "kubernetes.io/empty-dir"),
        total("kubernetes.io/empty-dir", "desired"));
    MetricsText after = new MetricsText();
    VolumeCensus.write(after, dirs, List.of(POD));
    assertFalse(after.toString().contains("empty-dir\",state=\"actual"), after.toString());
  }
}
