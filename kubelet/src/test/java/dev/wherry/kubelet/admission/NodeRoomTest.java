package dev.wherry.kubelet.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeRoomTest {
  private final NodeRoom room =
      new NodeRoom(() ->
          Map.of(
              "cpu", Quantity.of(2), "memory", Quantity.ofBytes(1 << 30), "pods", Quantity.of(3)));

  private static final NodeTraits NODE = new NodeTraits(List.of("kernel.msg*"), false, () -> false);

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
        "",
        reason(NodeRules.check(pod("a", spec.formatted(false, "net.ipv4.tcp_syncookies")), NODE)));
    assertEquals(
        "SysctlForbidden: forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host net"
            + " enabled",
        reason(NodeRules.check(pod("a", spec.formatted(true, "net/ipv4/tcp_syncookies")), NODE)));
    assertEquals(
        "SysctlForbidden: forbidden sysctl: \"kernel.sem\" not allowlisted",
        reason(NodeRules.check(pod("a", spec.formatted(false, "kernel.sem")), NODE)));
    assertEquals(
        "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
        reason(NodeRules.check(pod("a", "{\"os\": {\"name\": \"windows\"}}"), NODE)));
  }

  @Test
  void check_whatThisNodeCannotGive_isRefusedByName() {
    String spec = "{\"securityContext\": {\"sysctls\": [{\"name\": \"kernel.msgmax\"}]}}";
    assertEquals("", reason(NodeRules.check(pod("a", spec), NODE)));
    assertEquals(
        "UserNamespacesNotSupported: can't set `spec.hostUsers: false`, runtime does not support"
            + " user namespaces",
        reason(NodeRules.check(pod("a", "{\"hostUsers\": false}"), NODE)));
    assertEquals(
        "",
        reason(
            NodeRules.check(
                pod("a", "{\"hostUsers\": false}"), new NodeTraits(List.of(), false, () -> true))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RuntimeDefault", "Localhost", "Unconfined"})
  void check_podThatAsksForAProfileOfAppArmor_needsAKernelWithIt(String type) {
    String security =
        "\"securityContext\": {\"appArmorProfile\": {\"type\": \"%s\", \"localhostProfile\": \"p\"}}"
            .formatted(type);
    String refusal =
        type.equals("Unconfined")
            ? ""
            : "AppArmor: Cannot enforce AppArmor: AppArmor is not enabled on the host";
    NodeTraits enforcing = new NodeTraits(List.of(), true, () -> false);
    for (String spec :
        List.of(
            "{%s}".formatted(security),
            "{\"containers\": [{\"name\": \"c\", %s}]}".formatted(security),
            "{\"initContainers\": [{\"name\": \"c\", %s}]}".formatted(security))) {
      assertEquals(refusal, reason(NodeRules.check(pod("a", spec), NODE)));
      assertEquals("", reason(NodeRules.check(pod("a", spec), enforcing)));
    }
  }

  private static Node node(String labels, String taints) {
    return Node.KIND.decode(
        Json.parse(
            "{\"metadata\": {\"name\": \"n\", \"labels\": %s}, \"spec\": {\"taints\": %s}, \"status\": {}}"
                .formatted(labels, taints)));
  }

  @Test
  void check_podThatNamesItsNode_mustStillFitItsLabelsAndTaints() {
    Node node = node("{\"disk\": \"ssd\"}", "[{\"key\": \"gone\", \"effect\": \"NoExecute\"}]");
    String tolerant =
        "{\"nodeSelector\": {\"disk\": \"%s\"}, \"tolerations\": [{\"operator\": \"Exists\"}]}";
    assertEquals("", reason(NodeMatch.check(pod("a", tolerant.formatted("ssd")), node)));
    assertEquals(
        "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node"
            + " affinity/selector",
        reason(NodeMatch.check(pod("a", tolerant.formatted("hdd")), node)));
    String affine =
        """
        {"tolerations": [{"key": "gone", "operator": "Exists"}], "affinity": {"nodeAffinity":
          {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "disk", "operator": "%s", "values": ["ssd"]}],
             "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}]}}}}
        """;
    assertEquals("", reason(NodeMatch.check(pod("a", affine.formatted("In")), node)));
    assertTrue(
        reason(NodeMatch.check(pod("a", affine.formatted("NotIn")), node)).startsWith("NodeAff"));
    assertEquals(
        "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't"
            + " tolerate",
        reason(NodeMatch.check(pod("a", "{}"), node)));
    assertEquals(
        "SupplementalGroupsPolicyNotSupported: SupplementalGroupsPolicy=Strict is not supported in"
            + " this node",
        reason(
            NodeMatch.check(
                pod("a", "{\"securityContext\": {\"supplementalGroupsPolicy\": \"Strict\"}}"),
                node)));
  }

  private static PodView ranked(String name, int priority, String requests, String limits) {
    return pod(
        name,
        "{\"priority\": %d, \"containers\": [{\"name\": \"c\", \"resources\": {\"requests\": %s, \"limits\": %s}}]}"
            .formatted(priority, requests, limits));
  }

  private List<String> inTheWay(PodView of) {
    return room.inTheWayOf(of).stream().map(PodView::uid).toList();
  }

  @Test
  void criticalPod_onAFullNode_getsTheCheapestThatIsEnough() {
    String half = "{\"cpu\": \"500m\", \"memory\": \"64Mi\"}";
    room.keep(ranked("guaranteed", 0, half, half));
    room.keep(ranked("small", 0, "{\"cpu\": \"300m\"}", "{}"));
    room.keep(ranked("large", 0, "{\"cpu\": \"1200m\"}", "{}"));

    assertEquals(
        List.of("small"), inTheWay(ranked("x", 2_000_000_000, "{\"cpu\": \"200m\"}", "{}")));
    assertEquals(List.of("large"), inTheWay(ranked("x", 2_000_000_000, "{\"cpu\": \"1\"}", "{}")));
    assertEquals(
        List.of("small", "large", "guaranteed"),
        inTheWay(ranked("x", 2_000_000_000, "{\"cpu\": \"2\"}", "{}")));
    assertEquals(List.of(), inTheWay(ranked("x", 2_000_000_000, "{\"cpu\": \"3\"}", "{}")));
  }

  @Test
  void criticalPod_takesNothingFromItsEquals() {
    room.keep(ranked("first", 2_000_001_000, "{\"cpu\": \"2\"}", "{}"));
    assertEquals(List.of(), inTheWay(ranked("x", 2_000_001_000, "{\"cpu\": \"1\"}", "{}")));
    assertEquals(List.of(), inTheWay(ranked("x", 2_000_000_000, "{\"cpu\": \"1\"}", "{}")));
    assertEquals(List.of("first"), inTheWay(ranked("x", 2_000_002_000, "{\"cpu\": \"1\"}", "{}")));
  }

  @Test
  void awaitAdmitted_waitsForThoseThatLeave_andNotForEver() throws Exception {
    room.keep(cpu("a", "1"));
    room.keep(cpu("b", "1"));
    assertEquals(
        "OutOfcpu: Node didn't have enough resource: cpu, requested: 2000, used: 2000, capacity: 2000",
        reason(room.awaitAdmitted(cpu("x", "2"), Duration.ofMillis(20))));
    Thread leaving =
        Thread.startVirtualThread(() -> {
          room.release("a");
          room.release("b");
        });
    assertEquals("", reason(room.awaitAdmitted(cpu("x", "2"), Duration.ofSeconds(60))));
    leaving.join();
  }
}
