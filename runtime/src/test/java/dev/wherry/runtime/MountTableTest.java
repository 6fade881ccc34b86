package dev.wherry.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MountTableTest {
  private static final MountTable TABLE =
      new MountTable(
          List.of(
                  "22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw",
                  "23 22 0:21 / /data rw,nosuid master:7 - tmpfs tmpfs rw",
                  "24 22 0:22 / /data/with\\040blank\\134 ro,nodev - ext4 /dev/a rw",
                  "25 22 0:23 / /data rw,noexec shared:9 master:2 - tmpfs tmpfs rw",
                  "26 22 0:24 / /gr\u00c3\u00bcn rw - tmpfs tmpfs rw",
                  "no line")
              .stream()
              .flatMap(line -> MountTable.mount(line).stream())
              .toList());

  private static MountTable.Mount holding(String path) {
    return TABLE.holding(Path.of(path)).orElseThrow();
  }

  @Test
  void holding_nestedAndStacked_givesTheInnermostOfThemTheLast() {
    assertEquals("/", holding("/database").place());
    assertEquals(List.of("shared:9", "master:2"), holding("/data/x").peers());
    assertEquals(Set.of("rw", "noexec"), holding("/data").options());
    assertEquals(Set.of("ro", "nodev"), holding("/data/with blank\\/below").options());
    assertEquals("/gr\u00c3\u00bcn", holding("/gr\u00fcn/x").place());
    assertEquals(Optional.empty(), new MountTable(List.of()).holding(Path.of("/")));
  }

  @Test
  void isMounted_belowOrBesideAMount_isNot() {
    assertTrue(TABLE.isMounted(Path.of("/data/with blank\\")));
    assertTrue(TABLE.isMounted(Path.of("/gr\u00fcn/../data")));
    assertFalse(TABLE.isMounted(Path.of("/data/with")));
    assertFalse(TABLE.isMounted(Path.of("/database")));
  }
}
