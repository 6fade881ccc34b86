package dev.wherry.testkit.machine;

import static dev.wherry.testkit.machine.PodMachine.container;
import static dev.wherry.testkit.machine.PodMachine.containerId;
import static dev.wherry.testkit.machine.PodMachine.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A machine of 512 MB with systemd and cgroup v2 alone, the server as its service: pods' groups by
 * both drivers, memory that runs out in a container and on the node, kill -9, a reboot and a power
 * cut. One machine for all of it: an emulated one starts a server in minutes, without {@code
 * bin/train}'s records in many.
 */
@Tag("long")
@Timeout(value = 90, unit = TimeUnit.MINUTES)
class CgroupV2Test {
  /** memory.max, cpu.max, cpu.weight, pids.max and memory.oom.group of the counter's pod. */
  private static final String POD_LIMITS = "33554432 50000 100000 4 128 0";

  /** What the test does not ask for is not started. */
  private static final String LEAST =
      " --disable-load-balancer --disable-local-path --ingress-http-port=0 --ingress-https-port=0";

  private static final int KEPT_MEBIBYTES = 80;

  @Test
  void service_shortOfMemoryKilledRebootedAndCut_podsHaveTheirLimitsAndGoOn() throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    MachineImages images = MachineImages.ofUser();
    Map<String, Path> disks =
        Map.of(
            "java",
            images.folder("java", Path.of(System.getProperty("java.home"))),
            "wherry",
            images.folder("wherry", Path.of("../cli/target/wherry")));
    var shape = new VirtualMachine.Shape(512, 2, disks, "");
    try (var virtual = VirtualMachine.boot(images.system(), shape)) {
      PodMachine machine = PodMachine.of(virtual);
      assertEquals("cgroup2fs", machine.sh("stat -fc %T /sys/fs/cgroup"));
      machine.sh("install systemd" + LEAST);
      machine.took("the service's first start");
      machine.sh("pods");
      JsonNode counter = machine.running("counter", 0);
      machine.running("deaf", 0);
      machine.took("two pods");

      slicesHaveTheLimits(machine, counter);
      machine.sh("systemctl daemon-reload; together " + uid(counter) + " " + containerId(counter));
      slicesHaveTheLimits(machine, counter);
      machine.killServer(counter);
      shortOfMemoryEndsAsAWhole(machine);

      machine.reboot();
      machine.took("shutdown and boot");
      JsonNode rebooted = machine.startedAnew(counter, 1, 137);
      virtual.cutPower();
      machine.took("power cut and boot");
      slicesHaveTheLimits(machine, machine.startedAnew(rebooted, 2, 255));
      shortNodeEvicts(machine);
      podsLeaveNoGroup(machine);
      otherDriverDoesTheSame(machine);
    }
  }

  private static void podsLeaveNoGroup(PodMachine machine) throws Exception {
    machine.sh("wherry delete pods --all");
    // Who holds the node's sockets is no pod's.
    assertEquals("", machine.sh("gone 'wherry-shim [^h]'"), "supervisors");
    assertEquals("", machine.sh("find /sys/fs/cgroup -path '*kubepods*pod*[-_]*[-_]*[-_]*'"));
    assertEquals("", machine.sh("systemctl list-units --all --no-legend 'kubepods*-pod*_*'"));
    machine.took("the pods' deletion");
  }

  private static void otherDriverDoesTheSame(PodMachine machine) throws Exception {
    machine.sh("driver cgroupfs; systemctl restart wherry; pods");
    JsonNode counter = machine.running("counter", 0);
    limitsAreInTheKernel(machine, counter);
    allPodsAreHeldTogether(machine, "kubepods");
    assertEquals(
        "/sys/fs/cgroup/kubepods/burstable/pod" + uid(counter),
        machine.sh("group " + uid(counter)));
    podsLeaveNoGroup(machine);
  }

  private static void slicesHaveTheLimits(PodMachine machine, JsonNode pod) throws Exception {
    limitsAreInTheKernel(machine, pod);
    podHasItsLimits(machine, pod);
  }

  private static void podHasItsLimits(PodMachine machine, JsonNode pod) throws Exception {
    allPodsAreHeldTogether(machine, "kubepods.slice");
    String limits = machine.sh("limits " + uid(pod) + " " + containerId(pod));
    assertEquals(POD_LIMITS, limits.lines().findFirst().orElse(""), limits);
    String name = "kubepods-burstable-pod" + uid(pod).replace('-', '_') + ".slice";
    assertEquals(
        "/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/" + name,
        machine.sh("group " + uid(pod)));
    assertEquals(
        "CPUQuotaPerSecUSec=500ms\nMemoryMax=33554432\nTasksMax=128",
        machine.sh("systemctl show " + name + " -p MemoryMax,TasksMax,CPUQuotaPerSecUSec"));
  }

  private static void limitsAreInTheKernel(PodMachine machine, JsonNode pod) throws Exception {
    String limits = machine.sh("limits " + uid(pod) + " " + containerId(pod));
    String[] lines = limits.split("\n", -1);
    assertEquals(POD_LIMITS, lines[0], limits);
    assertTrue(lines[1].startsWith("33554432 50000 100000 4 "), limits);
    assertTrue(lines[1].endsWith(" 1"), "one process ends, all end: " + limits);
  }

  /** What is reserved is a quarter of the machine's memory. */
  private static void allPodsAreHeldTogether(PodMachine machine, String group) throws Exception {
    long kib = Long.parseLong(machine.sh("awk '/^MemTotal/ { print $2 }' /proc/meminfo"));
    long max = Long.parseLong(machine.sh("cat /sys/fs/cgroup/" + group + "/memory.max"));
    assertEquals((kib << 10) - (kib << 10) / 4, max, 4_096);
  }

  /** That the container ended at all shows that its other process did. */
  private static void shortOfMemoryEndsAsAWhole(PodMachine machine) throws Exception {
    machine.sh("greedy");
    JsonNode ended =
        machine.await(
            "pod greedy",
            "started anew",
            pod ->
                container(pod).path("restartCount").asInt() >= 1
                    && container(pod).at("/lastState").has("terminated"));
    JsonNode end = container(ended).at("/lastState/terminated");
    assertEquals("OOMKilled", end.path("reason").asText(), ended.toString());
    assertEquals(137, end.path("exitCode").asInt());
    machine.sh("wherry delete pod greedy");
    machine.took("a container that takes too much memory");
  }

  /** The pod that takes all goes; the others stay, and the node says what it is short of. */
  private static void shortNodeEvicts(PodMachine machine) throws Exception {
    machine.sh("hog " + KEPT_MEBIBYTES);
    machine.await(
        "node machine",
        "short of memory",
        node -> condition(node, "MemoryPressure").equals("True"));
    JsonNode hog =
        machine.await("pod hog", "ended", pod -> pod.at("/status/phase").asText().equals("Failed"));
    assertEquals("Evicted", hog.at("/status/reason").asText(), hog.toString());
    assertTrue(
        hog.at("/status/message").asText().contains("low on resource: memory"), hog.toString());
    assertEquals("True", condition(hog, "DisruptionTarget"), hog.toString());
    machine.running("counter", 2);
    machine.running("deaf", 2);
    machine.took("an eviction");
  }

  private static String condition(JsonNode object, String type) {
    for (JsonNode condition : object.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText();
      }
    }
    return "";
  }
}
