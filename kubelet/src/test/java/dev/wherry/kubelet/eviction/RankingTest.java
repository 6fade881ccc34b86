package dev.wherry.kubelet.eviction;

import static dev.wherry.kubelet.eviction.Scene.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static List<String> order(Signal signal, Map<String, PodUsage> usage, PodView... pods) {
    return new Ranking(signal, false, usage)
        .order(List.of(pods)).stream().map(PodView::name).toList();
  }

  @Test
  void order_memory_takesThoseBeyondTheirRequestByPriorityThenBySize() {
    Map<String, PodUsage> usage =
        Map.of(
            "within", Scene.memory(90 * MIB),
            "important", Scene.memory(300 * MIB),
            "some", Scene.memory(120 * MIB),
            "more", Scene.memory(150 * MIB));
    assertEquals(
        List.of("unknown", "more", "some", "important", "within"),
        order(
            Signal.MEMORY_AVAILABLE,
            usage,
            Scene.asking("within", "100Mi", -5),
            Scene.asking("important", "100Mi", 10),
            Scene.asking("some", "100Mi", 0),
            Scene.asking("more", "100Mi", 0),
            Scene.asking("unknown", "100Mi", 100)));
  }

  @Test
  void order_disk_countsLayersOnlyWhereTheyLie() {
    Map<String, PodUsage> usage =
        Map.of("layer", Scene.usage(0, 50 * MIB, 0), "logs", Scene.usage(0, 0, 10 * MIB));
    PodView layer = Scene.asking("layer", "0", 0);
    PodView logs = Scene.asking("logs", "0", 0);
    assertEquals(List.of("layer", "logs"), order(Signal.NODEFS_AVAILABLE, usage, logs, layer));
    List<PodView> apart =
        new Ranking(Signal.NODEFS_AVAILABLE, true, usage).order(List.of(layer, logs));
    assertEquals("logs", apart.getFirst().name());
  }

  @Test
  void shortage_textIsUpstreams() {
    PodView pod = Scene.asking("a", "100Mi", 0);
    Threshold hard =
        new Threshold(
            Signal.MEMORY_AVAILABLE, Amount.ofBytes(100 * MIB), Duration.ZERO, Amount.NONE);
    assertEquals(
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. "
            + "Container c was using 150Mi, request is 100Mi, has larger consumption of memory. ",
        EvictionText.shortage(
            Signal.MEMORY_AVAILABLE,
            pod,
            Optional.of(Scene.memory(150 * MIB)),
            List.of(hard),
            Map.of(Signal.MEMORY_AVAILABLE, new Observed(50 * MIB, 512 * MIB))));
  }

  @Test
  void broken_eachLimit_hasItsMessage() {
    PodView pod =
        Scene.pod(
            "a",
            """
            {"containers": [{"name": "c", "resources": {"limits": {"ephemeral-storage": "10Mi"}}}],
             "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}]}
            """);
    assertTrue(StorageLimits.limited(pod));
    assertEquals(Optional.empty(), StorageLimits.broken(pod, Scene.usage(0, MIB, MIB), false));
    assertEquals(
        Optional.of(
            new StorageLimits.Broken(
                "ephemeralpodfs.limit",
                "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ")),
        StorageLimits.broken(pod, Scene.usage(0, 9 * MIB, 2 * MIB), false));
    assertEquals(
        Optional.empty(), StorageLimits.broken(pod, Scene.usage(0, 9 * MIB, 2 * MIB), true));
    PodUsage full = new PodUsage(Map.of(), Map.of("v", new PodUsage.OnDisk(MIB + 1, 1)), 0);
    assertEquals(
        Optional.of(
            new StorageLimits.Broken(
                "emptydirfs.limit", "Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ")),
        StorageLimits.broken(pod, full, false));
    assertEquals(
        "Container c exceeded its local ephemeral storage limit \"10Mi\". ",
        EvictionText.container("c", Quantity.parse("10Mi")));
    assertFalse(StorageLimits.limited(Scene.asking("b", "1Mi", 0)));
  }

  @Test
  void check_underPressure_letsInWhomUpstreamLetsIn() {
    PressureGate gate = new PressureGate();
    PodView greedy = Scene.pod("a", "{\"containers\": [{\"name\": \"c\"}]}");
    PodView patient =
        Scene.pod(
            "b",
            """
            {"containers": [{"name": "c"}],
             "tolerations": [{"key": "node.kubernetes.io/memory-pressure", "operator": "Exists"}]}
            """);
    PodView asking = Scene.asking("c", "1Mi", 0);
    PodView critical = Scene.asking("d", "1Mi", 2_000_000_000);
    assertTrue(gate.check(greedy).isEmpty());
    assertTrue(gate.set(Set.of(Pressure.MEMORY)));
    assertFalse(gate.set(Set.of(Pressure.MEMORY)));
    assertEquals(
        "Evicted The node had condition: [MemoryPressure]. ",
        gate.check(greedy).map(r -> r.reason() + " " + r.message()).orElse(""));
    assertTrue(gate.check(patient).isEmpty());
    assertTrue(gate.check(asking).isEmpty());
    gate.set(Set.of(Pressure.DISK, Pressure.MEMORY));
    assertEquals(
        "The node had condition: [MemoryPressure DiskPressure]. ",
        gate.check(asking).map(r -> r.message()).orElse(""));
    assertTrue(gate.check(critical).isEmpty());
  }
}
