package dev.wherry.kubelet.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugePageVolumesTest {
  private static final long TWO_MIB = 2L << 20;

  private static PodView pod(String requests) {
    String text =
        "{\"metadata\": {\"name\": \"p\", \"uid\": \"u\"}, \"spec\": {\"containers\": [{\"name\":"
            + " \"c\", \"resources\": {\"requests\": %s}}]}}";
    return PodView.of(Pod.KIND.decode(Json.parse(text.formatted(requests))));
  }

  @Test
  void pageSize_isTheMediums_orTheOnlyOneThatIsAskedFor() throws Exception {
    PodView two = pod("{\"hugepages-2Mi\": \"4Mi\", \"memory\": \"1Mi\"}");
    assertEquals(TWO_MIB, HugePageVolumes.pageBytes(two, "HugePages"));
    assertEquals(1L << 30, HugePageVolumes.pageBytes(two, "HugePages-1Gi"));
    PodView both = pod("{\"hugepages-2Mi\": \"4Mi\", \"hugepages-1Gi\": \"1Gi\"}");
    assertThrows(VolumeException.class, () -> HugePageVolumes.pageBytes(both, "HugePages"));
    assertThrows(VolumeException.class, () -> HugePageVolumes.pageBytes(pod("{}"), "HugePages"));
    assertThrows(VolumeException.class, () -> HugePageVolumes.pageBytes(two, "HugePages-x"));
  }

  @Test
  void volume_isMountedWithPagesOfThatSize(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB")));
    try (Mounts mounts = new Mounts()) {
      mounts.hugePages(folder, TWO_MIB);
      mounts.hugePages(folder, TWO_MIB);
      assertTrue(
          Files.readAllLines(Path.of("/proc/self/mounts")).stream()
              .anyMatch(line ->
                  line.contains(" " + folder + " hugetlbfs ") && line.contains("pagesize=2M")));
      mounts.unmount(folder);
      assertFalse(Mounts.mounted(folder));
    }
  }
}
