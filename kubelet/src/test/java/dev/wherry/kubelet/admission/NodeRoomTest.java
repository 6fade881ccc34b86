package dev.wherry.kubelet.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NodeRoomTest {
  private final NodeRoom room =
      new NodeRoom(() ->
          Map.of(
              "cpu", Quantity.of(2), "memory", Quantity.ofBytes(1 << 30), "pods", Quantity.of(3)));

  private static PodView pod(String name, String spec) {
    return PodView.of(
        Pod.KIND.decode(
            Json.parse(
                "{\"metadata\": {\"name\": \"%s\", \"namespace\": \"n\", \"uid\": \"%s\"}, \"spec\": %s}"
                    .formatted(name, name, spec))));
  }

  private static PodView cpu(String name, String amount) {
    return pod(
        name,
        "{\"containers\": [{\"name\": \"c\", \"resources\": {\"requests\": {\"cpu\": \"%s\"}}}]}"
            .formatted(amount));
  }

  private static String reason(Optional<Rejection> rejection) {
    return rejection.map(r -> r.reason() + ": " + r.message()).orElse("");
  }

  @Test
  void admit_moreThanIsLeft_saysWhatIsMissing() {
    assertEquals("", reason(room.admit(cpu("a", "1500m"))));
    assertEquals(
        "OutOfcpu: Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity:"
            + " 2000",
        reason(room.admit(cpu("b", "600m"))));
    assertEquals("", reason(room.admit(cpu("c", "500m"))));
    assertEquals("", reason(room.admit(pod("d", "{\"containers\": [{\"name\": \"c\"}]}"))));
    assertEquals(
        "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
        reason(room.admit(pod("e", "{\"containers\": [{\"name\": \"c\"}]}"))));
    room.release("d");
    assertEquals("", reason(room.admit(pod("e", "{\"containers\": [{\"name\": \"c\"}]}"))));
  }

  @Test
  void admit_samePodAgain_countsItOnce() {
    assertEquals("", reason(room.admit(cpu("a", "1500m"))));
    assertEquals("", reason(room.admit(cpu("a", "1500m"))));
  }

  @Test
  void admit_initContainersAndSidecars_countsTheirPeak() {
    PodView pod =
        pod(
            "a",
            """
            {"initContainers": [
               {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "300m"}}},
               {"name": "i", "resources": {"requests": {"cpu": "1"}}}],
             "containers": [{"name": "c", "resources": {"requests": {"cpu": "200m"}}}],
             "overhead": {"cpu": "50m"}}
            """);
    assertEquals(1_350, Demand.of(pod).amount("cpu"));
  }

  @Test
  void admit_sameHostPort_isRefusedUnlessAddressesDiffer() {
    String port =
        "{\"containers\": [{\"name\": \"c\", \"ports\": [{\"hostPort\": 80, \"hostIP\": \"%s\"}]}]}";
    assertEquals("", reason(room.admit(pod("a", port.formatted("127.0.0.1")))));
    assertEquals("", reason(room.admit(pod("b", port.formatted("127.0.0.2")))));
    assertTrue(reason(room.admit(pod("c", port.formatted("")))).startsWith("NodePorts: "));
  }

  @Test
  void resize_deferredUntilOthersLeave_wakesOnce() {
    AtomicInteger woken = new AtomicInteger();
    room.admit(cpu("a", "1"));
    room.admit(cpu("b", "1"));
    assertEquals(
        "Deferred: Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity:"
            + " 2000",
        reason(room.resize(cpu("a", "1500m"), woken::incrementAndGet)));
    assertEquals(
        "Infeasible: Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000",
        reason(room.resize(cpu("a", "3"), woken::incrementAndGet)));
    room.release("b");
    room.release("b");
    assertEquals(1, woken.get());
    assertEquals("", reason(room.resize(cpu("a", "1500m"), woken::incrementAndGet)));
  }

  @Test
  void check_sysctls_followsUpstreamsList() {
    String spec = "{\"hostNetwork\": %s, \"securityContext\": {\"sysctls\": [{\"name\": \"%s\"}]}}";
    assertEquals(
        "", reason(NodeRules.check(pod("a", spec.formatted(false, "net.ipv4.tcp_syncookies")))));
    assertEquals(
        "SysctlForbidden: forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host net"
            + " enabled",
        reason(NodeRules.check(pod("a", spec.formatted(true, "net/ipv4/tcp_syncookies")))));
    assertEquals(
        "SysctlForbidden: forbidden sysctl: \"kernel.msgmax\" not allowlisted",
        reason(NodeRules.check(pod("a", spec.formatted(false, "kernel.msgmax")))));
    assertEquals(
        "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
        reason(NodeRules.check(pod("a", "{\"os\": {\"name\": \"windows\"}}"))));
  }
}
