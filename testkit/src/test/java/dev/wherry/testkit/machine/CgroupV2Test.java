package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A machine of 512 MB with systemd and cgroup v2 alone: the server as a service, pods' groups by
 * both drivers, containers that take too much memory, kill -9 and a reboot.
 */
@Tag("long")
class CgroupV2Test {
  private static final Duration COMMAND_MAX = Duration.ofMinutes(5);
  private static final Duration SOON = Duration.ofMinutes(10);
  private static final String LIMITS =
      "cd %s && cat memory.max cpu.max cpu.weight pids.max && cat memory.oom.group";

  @Test
  void pods_bothDriversKillAndReboot_haveTheirLimitsAndGoOn() throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    MachineImages images = MachineImages.ofUser();
    Map<String, Path> disks =
        Map.of(
            "java",
            images.folder("java", Path.of(System.getProperty("java.home"))),
            "wherry",
            images.folder("wherry", Path.of("../cli/target/wherry")));

    try (var machine =
        VirtualMachine.boot(images.system(), new VirtualMachine.Shape(512, 2, disks, ""))) {
      guest(machine, "install cgroupfs");
      limitsAreInTheKernel(machine);
      shortOfMemoryEndsAsAWhole(machine);
      killedServerLeavesContainers(machine);
      rebootStartsPodsAgain(machine);
      slicesOfSystemd(machine);
    }
  }

  /** Runs a word of the script that lies beside this class. */
  private static String guest(VirtualMachine machine, String word)
      throws IOException, InterruptedException {
    try (InputStream script = CgroupV2Test.class.getResourceAsStream("/machine/pods.sh")) {
      if (script == null) {
        throw new IOException("no resource /machine/pods.sh");
      }
      String functions = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      return machine.text(functions + "\n" + word + "\n", SOON);
    }
  }
}
