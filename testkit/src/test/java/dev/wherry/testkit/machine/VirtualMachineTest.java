package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The harness itself: a machine boots, runs commands, reboots, and keeps what was synced. */
@Tag("long")
class VirtualMachineTest {
  private static final Duration SOON = Duration.ofMinutes(2);

  @Test
  void machine_cutAndRebooted_keepsWhatWasSynced() throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    var shape = new VirtualMachine.Shape(512, 2, Map.of(), "");

    try (var machine = VirtualMachine.boot(MachineImages.ofUser().system(), shape)) {
      assertEquals("cgroup2fs", machine.text("stat -fc %T /sys/fs/cgroup", SOON));
      assertEquals("systemd", machine.text("cat /proc/1/comm", SOON));
      assertEquals(3, machine.run("exit 3", SOON).exit());
      machine.text("echo kept >/root/a; sync /root/a; echo lost >/root/b", SOON);

      machine.cutPower();
      assertEquals("kept", machine.text("cat /root/a; cat /root/b 2>/dev/null || true", SOON));
      machine.text("echo there >/root/c", SOON);

      machine.reboot();
      assertTrue(machine.text("cat /root/a /root/c", SOON).contains("there"));
    }
  }
}
