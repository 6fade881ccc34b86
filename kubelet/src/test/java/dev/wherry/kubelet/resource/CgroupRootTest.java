package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupRootTest {
  private static final long MACHINE = 8L << 30;

  @TempDir Path mount;

  private CgroupRoot root() {
    return new CgroupRoot(mount);
  }

  private void file(String name, String text) throws IOException {
    Path file = mount.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  @Test
  void kernelsOwnRoot_isTheMachine() throws IOException {
    assertMachine();
    file("cgroup.controllers", "cpu memory pids");
    file("memory.stat", "anon 4096");
    assertMachine();
  }

  private void assertMachine() {
    assertEquals(MACHINE, root().memoryBytes(MACHINE));
    assertEquals(2_000, root().cpuMillis(2_000));
    assertEquals(Optional.empty(), root().memory(MACHINE));
    assertEquals(Optional.empty(), root().memoryPressure());
  }

  @Test
  void versionOne_withoutLimits_isTheMachine() throws IOException {
    file("memory/memory.limit_in_bytes", "9223372036854771712");
    file("memory/memory.usage_in_bytes", "4096");
    file("cpu/cpu.cfs_quota_us", "-1");
    file("cpu/cpu.cfs_period_us", "100000");
    assertMachine();
  }

  @Test
  void versionOne_limits_countWithWhatLiesBelow() throws IOException {
    file("memory/memory.limit_in_bytes", "536870912");
    file("memory/memory.usage_in_bytes", "104857600");
    file("memory/memory.stat", "active_file 1\ntotal_inactive_file 4096\ntotal_active_file 8192");
    file("cpu/cpu.cfs_quota_us", "150000");
    file("cpu/cpu.cfs_period_us", "100000");
    file("unified/memory.pressure", "some avg10=0.00");
    assertEquals(512L << 20, root().memoryBytes(MACHINE));
    assertEquals(1_500, root().cpuMillis(2_000));
    assertEquals(1_000, root().cpuMillis(1_000));
    assertEquals(
        Optional.of(new CgroupRoot.Memory(512L << 20, 100L << 20, 8_192, 4_096)),
        root().memory(MACHINE));
    assertEquals(Optional.of(mount.resolve("unified/memory.pressure")), root().memoryPressure());
  }

  @Test
  void versionTwo_limits() throws IOException {
    file("cgroup.controllers", "cpu memory pids");
    file("memory.max", "max");
    file("memory.current", "104857600");
    file("cpu.max", "max 100000");
    assertMachine();
    file("memory.max", "536870912");
    file("memory.stat", "anon 4096\ninactive_file 4096\nactive_file 8192");
    file("memory.pressure", "some avg10=0.00");
    file("cpu.max", "25000 50000");
    assertEquals(512L << 20, root().memoryBytes(MACHINE));
    assertEquals(256L << 20, root().memoryBytes(256L << 20));
    assertEquals(500, root().cpuMillis(2_000));
    assertEquals(
        Optional.of(new CgroupRoot.Memory(512L << 20, 100L << 20, 8_192, 4_096)),
        root().memory(MACHINE));
    assertEquals(Optional.empty(), root().memory(512L << 20), "no limit below the machine");
    assertEquals(Optional.of(mount.resolve("memory.pressure")), root().memoryPressure());
  }
}
