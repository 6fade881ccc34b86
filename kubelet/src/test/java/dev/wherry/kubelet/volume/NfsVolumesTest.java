package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.model.core.v1.NFSVolumeSource;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.json.Json;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NfsVolumesTest {
  @TempDir Path home;

  private static NFSVolumeSource source(String server, boolean readOnly) {
    String volume =
        "{\"metadata\": {\"name\": \"v\"}, \"spec\": {\"nfs\": {\"server\": \"%s\", \"path\": \"/a\", \"readOnly\": %s}}}";
    return Objects.requireNonNull(
        PersistentVolume.KIND.decode(Json.parse(volume.formatted(server, readOnly))).spec().nfs());
  }

  @Test
  void data_withoutOptions_namesEachVersionAndTheAddress() throws Exception {
    NfsShare share = NfsShare.of(source("files.lan", false), false, List.of());

    assertEquals("files.lan:/a", share.source());
    assertEquals(0, share.flags());
    assertEquals(
        List.of(
            "vers=4.2,addr=10.0.0.7,clientaddr=0.0.0.0",
            "vers=4.1,addr=10.0.0.7,clientaddr=0.0.0.0",
            "vers=4.0,addr=10.0.0.7,clientaddr=0.0.0.0"),
        share.data(InetAddress.getByName("10.0.0.7")));
  }

  @Test
  void data_withOptionsOfTheVolume_keepsThemAndTellsFlagsApart() throws Exception {
    NfsShare share =
        NfsShare.of(
            source("fd00::7", false), true, List.of("nfsvers=4.1,hard", "noatime", "timeo=600"));

    assertEquals("[fd00::7]:/a", share.source());
    assertEquals(NfsShare.READ_ONLY | 1 << 10, share.flags());
    assertEquals(
        List.of("nfsvers=4.1,hard,timeo=600,addr=fd00:0:0:0:0:0:0:7,clientaddr=::"),
        share.data(InetAddress.getByName("fd00::7")));
    assertEquals(1, NfsShare.of(source("h", true), false, List.of()).flags());
  }

  @Test
  void prepare_kernelWithoutNfs_saysWhatIsMissing() throws Exception {
    assumeFalse(
        Files.readString(Path.of("/proc/filesystems")).contains("nfs4"), "this kernel has NFS");
    PodDirs dirs = new PodDirs(home.resolve("kubelet"), home.resolve("logs"));
    try (Mounts mounts = new Mounts()) {
      NfsVolumes volumes = new NfsVolumes(dirs, mounts);
      NfsShare share = NfsShare.of(source("127.0.0.1", false), false, List.of());
      var refusal = assertThrows(VolumeException.class, () -> volumes.prepare("u", "v", share));
      assertTrue(
          refusal.text().startsWith("mounting 127.0.0.1:/a by NFS: this node's kernel has no NFS"),
          refusal.text());
      assertFalse(Mounts.mounted(dirs.volume("u", "nfs", "v")));
      mounts.unmount(dirs.volume("u", "nfs", "v"));

      NfsShare nobodys = NfsShare.of(source("no.such.invalid", false), false, List.of());
      assertTrue(
          assertThrows(VolumeException.class, () -> volumes.prepare("u", "v", nobodys))
              .text()
              .endsWith("nobody knows the server's name"));
    }
  }
}
