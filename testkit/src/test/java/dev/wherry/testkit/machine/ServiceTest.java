package dev.wherry.testkit.machine;

import static dev.wherry.testkit.machine.PodMachine.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The server as a service of a real systemd on the host's kernel: slices for pods, kill -9, a
 * reboot that ends pods in order and brings them back, a machine that goes down without us.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ServiceTest {
  /** systemd's last program waits 90 s for processes that do not end. */
  private static final Duration DOWN_MAX = Duration.ofSeconds(60);

  /** A busy host takes a second for each, and a word of the machine has its time. */
  private static final int PODS_OF_A_WORD = 100;

  @Test
  void service_killedRebootedAndShutDown_keepsItsPods() throws Exception {
    assumeTrue(NamespaceMachine.possible(), "needs root and Debian's systemd");
    try (NamespaceMachine guest = NamespaceMachine.boot()) {
      PodMachine machine = PodMachine.of(guest);
      machine.sh("install systemd");
      machine.took("the service's first start");
      machine.sh("pods");
      JsonNode counter = machine.running("counter", 0);
      machine.running("deaf", 0);
      machine.took("two pods");
      limitsAreSystemds(machine, counter);
      podsLeaveNothing(machine, 10);

      machine.killServer(counter);
      rebootEndsPodsAndStartsThemAgain(machine, counter);
      stoppedServiceLeavesPodsThatDoNotHoldTheMachineUp(machine);
    }
  }

  @Test
  @Tag("long")
  void pods_aThousand_leaveNothing() throws Exception {
    assumeTrue(NamespaceMachine.possible(), "needs root and Debian's systemd");
    try (NamespaceMachine guest = NamespaceMachine.boot()) {
      PodMachine machine = PodMachine.of(guest);
      machine.sh("install cgroupfs; pods");
      machine.running("counter", 0);
      machine.running("deaf", 0);
      podsLeaveNothing(machine, 1_000);
    }
  }

  /** Nothing else runs in the machine, so its own counts are exact. */
  private static void podsLeaveNothing(PodMachine machine, int pods) throws Exception {
    // What the first ones make once and for all is no leak.
    machine.sh("churn 10");
    String before = machine.sh("rest");
    for (int left = pods; left > 0; left -= PODS_OF_A_WORD) {
      machine.sh("churn " + Math.min(left, PODS_OF_A_WORD));
    }
    assertEquals("", machine.sh("settled '" + before + "' " + pods), "before: " + before);
    machine.took(pods + " pods from start to end");
  }

  private static void limitsAreSystemds(PodMachine machine, JsonNode pod) throws Exception {
    String slice = "kubepods-burstable-pod" + uid(pod).replace('-', '_') + ".slice";
    assertEquals(
        "MemoryMax=33554432\nTasksMax=128",
        machine.sh("systemctl show " + slice + " -p MemoryMax,TasksMax"));
    long all = Long.parseLong(machine.sh("systemctl show kubepods.slice -p MemoryMax --value"));
    long kib = Long.parseLong(machine.sh("awk '/^MemTotal/ { print $2 }' /proc/meminfo"));
    assertTrue(all > 0 && all < kib << 10, "all pods together: " + all);
  }

  private static void rebootEndsPodsAndStartsThemAgain(PodMachine machine, JsonNode before)
      throws Exception {
    long began = System.nanoTime();
    machine.reboot();
    assertTrue(System.nanoTime() - began < DOWN_MAX.toNanos(), "nothing is waited for");
    machine.took("shutdown and boot");
    machine.startedAnew(before, 1, 137);
  }

  private static void stoppedServiceLeavesPodsThatDoNotHoldTheMachineUp(PodMachine machine)
      throws Exception {
    machine.sh("systemctl disable -q --now wherry");
    assertEquals(1, machine.sh("processes 'i=0; while'").split(" ", -1).length, "they run on");
    long began = System.nanoTime();
    machine.reboot();
    assertTrue(System.nanoTime() - began < DOWN_MAX.toNanos(), "supervisors end their containers");
    assertEquals("", machine.sh("processes 'i=0; while'"));
    machine.took("a shutdown without the service");
  }
}
