package dev.wherry.controllers.node;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.node;
import static dev.wherry.controllers.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.NodeLife;
import dev.wherry.controllers.node.NodeTaints.Eviction;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.coordination.v1.LeaseSpec;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.core.v1.Toleration;
import dev.wherry.model.placement.Tolerations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeTest {
  private static final NodeLife LIFE = NodeLife.DEFAULT;

  private static Lease lease(Instant renewed) {
    return Lease.builder().spec(LeaseSpec.builder().renewTime(renewed).build()).build();
  }

  private static List<String> texts(List<Taint> taints) {
    return taints.stream().map(t -> t.key().replaceAll(".*/", "") + ":" + t.effect()).toList();
  }

  private static Node tainted(Node node, Taint... taints) {
    return node.toBuilder().spec(node.spec().toBuilder().taints(List.of(taints)).build()).build();
  }

  private static Taint taint(String key, String effect, Instant added) {
    return Taint.builder().key("node.kubernetes.io/" + key).effect(effect).timeAdded(added).build();
  }

  @Test
  void silenced_graceOver_allConditionsBecomeUnknown() {
    Node node = node("n1", "True");
    NodeHealth.Heartbeat beat =
        NodeHealth.observe(node, Optional.of(lease(NOW)), Optional.empty(), NOW);
    Instant at = NOW.plusSeconds(40);
    assertTrue(NodeHealth.silenced(node, beat, LIFE, at).isEmpty());

    Node silent = NodeHealth.silenced(node, beat, LIFE, at.plusSeconds(1)).orElseThrow();
    assertEquals(
        List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure"),
        silent.status().conditions().stream().map(NodeCondition::type).toList());
    assertTrue(silent.status().conditions().stream().allMatch(c -> c.status().equals("Unknown")));
    assertEquals("NodeStatusUnknown", silent.status().conditions().getFirst().reason());
    assertEquals(
        "Kubelet never posted node status.", silent.status().conditions().get(1).message());
  }

  @Test
  void observe_leaseRenewed_countsEvenWithAWrongClock() {
    Node node = node("n1", "True");
    Instant nodeTime = NOW.minus(Duration.ofDays(3));
    NodeHealth.Heartbeat first =
        NodeHealth.observe(node, Optional.of(lease(nodeTime)), Optional.empty(), NOW);
    Instant later = NOW.plusSeconds(35);
    NodeHealth.Heartbeat second =
        NodeHealth.observe(
            node, Optional.of(lease(nodeTime.plusSeconds(10))), Optional.of(first), later);

    assertEquals(later, second.seenAt());
    assertTrue(NodeHealth.silenced(node, second, LIFE, NOW.plusSeconds(60)).isEmpty());
  }

  @Test
  void wanted_conditions_becomeTaintsAndOthersStay() {
    Taint foreign = Taint.builder().key("gpu").effect("NoSchedule").build();
    Node ready =
        tainted(
            node("n1", "True"),
            foreign,
            taint("not-ready", "NoSchedule", NOW),
            taint("unreachable", "NoExecute", NOW));
    assertEquals(List.of("gpu:NoSchedule"), texts(NodeTaints.wanted(ready, Eviction.HOLD, NOW)));

    Node silent = node("n1", "Unknown");
    assertEquals(
        List.of("unreachable:NoSchedule", "unreachable:NoExecute"),
        texts(NodeTaints.wanted(silent, Eviction.ADD, NOW)));
    assertEquals(
        List.of("unreachable:NoSchedule"), texts(NodeTaints.wanted(silent, Eviction.HOLD, NOW)));
    Node failed = node("n1", "False");
    assertEquals(
        List.of("not-ready:NoSchedule", "not-ready:NoExecute"),
        texts(NodeTaints.wanted(failed, Eviction.ADD, NOW)));
    Node wasSilent = tainted(failed, taint("unreachable", "NoExecute", NOW));
    assertFalse(NodeTaints.wantsEviction(wasSilent));
    assertEquals(
        List.of("not-ready:NoSchedule", "not-ready:NoExecute"),
        texts(NodeTaints.wanted(wasSilent, Eviction.HOLD, NOW)));
    Node cordoned =
        ready.toBuilder().spec(ready.spec().toBuilder().unschedulable(true).build()).build();
    assertEquals(
        List.of("gpu:NoSchedule", "unschedulable:NoSchedule"),
        texts(NodeTaints.wanted(cordoned, Eviction.HOLD, NOW)));
  }

  @Test
  void pace_oneNodeInTenSeconds_noneWhenAllAreSilent() {
    EvictionPace pace = new EvictionPace(LIFE);
    Node a = node("a", "Unknown");
    Node b = node("b", "Unknown");
    List<Node> all = List.of(a, b, node("c", "True"), node("d", "True"));
    assertEquals(Eviction.ADD, pace.judge(a, all, NOW));
    assertEquals(Eviction.HOLD, pace.judge(b, all, NOW));
    assertEquals(Eviction.HOLD, pace.judge(b, all, NOW.plusSeconds(9)));
    assertEquals(Eviction.ADD, pace.judge(b, all, NOW.plusSeconds(10)));

    assertEquals(Eviction.NONE, pace.judge(a, List.of(a, b), NOW.plusSeconds(60)));
  }

  @Test
  void pace_mostOfASmallZoneSilent_holds() {
    EvictionPace pace = new EvictionPace(LIFE);
    Node a = node("a", "Unknown");
    List<Node> all = List.of(a, node("b", "Unknown"), node("c", "Unknown"), node("d", "True"));
    assertEquals(Eviction.HOLD, pace.judge(a, all, NOW));
  }

  @Test
  void pace_otherLimits_areKept() {
    NodeLife life =
        new NodeLife(
            LIFE.monitorPeriod(), LIFE.monitorGrace(), LIFE.startupGrace(), 1, 0.5, 0.75, 3);
    EvictionPace pace = new EvictionPace(life);
    Node a = node("a", "Unknown");
    Node b = node("b", "Unknown");
    List<Node> all = List.of(a, b, node("c", "Unknown"), node("d", "True"));
    assertEquals(Eviction.ADD, pace.judge(a, all, NOW));
    assertEquals(Eviction.HOLD, pace.judge(b, all, NOW.plusSeconds(1)), "a slower pace");
    assertEquals(Eviction.ADD, pace.judge(b, all, NOW.plusSeconds(2)));

    List<Node> healthier = List.of(a, b, node("c", "True"), node("d", "True"));
    assertEquals(Eviction.ADD, pace.judge(a, healthier, NOW.plusSeconds(3)));
  }

  @Test
  void pace_nodesThatAreExcluded_doNotCount() {
    Node a = node("a", "Unknown");
    Node b = excluded("b");
    List<Node> all = List.of(a, b, excluded("c"), node("d", "True"));
    assertEquals(Eviction.ADD, new EvictionPace(LIFE).judge(a, all, NOW));
    assertEquals(Eviction.ADD, new EvictionPace(LIFE).judge(b, List.of(b), NOW));
  }

  private static Node excluded(String name) {
    Node node = node(name, "Unknown");
    Map<String, String> labels = Map.of("node.kubernetes.io/exclude-disruption", "");
    return node.toBuilder().metadata(node.metadata().toBuilder().labels(labels).build()).build();
  }

  @Test
  void settle_silentNode_podsAreMarkedNotReady() {
    Plan plan =
        NodeLifecycle.settle(
            node("n1", "Unknown"),
            List.of(pod("p", "n1", "10.42.0.5", true), pod("q", "n1", "10.42.0.6", false)),
            Eviction.NONE,
            NOW);
    assertEquals(3, plan.actions().size());
    assertTrue(plan.actions().getFirst() instanceof Action.Patch);
    assertTrue(plan.actions().get(1) instanceof Action.UpdateStatus<?>);
  }

  @Test
  void evict_tolerations_decideWhen() {
    Instant added = NOW.minusSeconds(100);
    Node node = tainted(node("n1", "Unknown"), taint("unreachable", "NoExecute", added));
    Pod pod = pod("p", "n1", "", true);
    pod =
        pod.toBuilder()
            .metadata(pod.metadata().toBuilder().creationTimestamp(NOW.minusSeconds(500)).build())
            .build();

    Plan now = TaintEviction.decide(pod, node, NOW);
    assertEquals(3, now.actions().size());
    assertEquals(
        "Marking for deletion Pod default/p", ((Action.Report) now.actions().get(1)).message());
    assertEquals(Duration.ofSeconds(200), decide(pod, node, 300L).again());
    assertEquals(3, decide(pod, node, 60L).actions().size());
    assertEquals(Plan.NOTHING, decide(pod, node, null));
    assertEquals(Plan.NOTHING, TaintEviction.decide(pod, node("n1", "True"), NOW));
  }

  private static Plan decide(Pod pod, Node node, @org.jspecify.annotations.Nullable Long seconds) {
    Toleration toleration =
        Toleration.builder()
            .key("node.kubernetes.io/unreachable")
            .operator("Exists")
            .effect("NoExecute")
            .tolerationSeconds(seconds)
            .build();
    Pod tolerant =
        pod.toBuilder()
            .spec(pod.spec().toBuilder().tolerations(List.of(toleration)).build())
            .build();
    return TaintEviction.decide(tolerant, node, NOW);
  }

  @Test
  void tolerates_operatorsAndEffects_areUpstreams() {
    Taint taint = Taint.builder().key("k").value("v").effect("NoExecute").build();
    assertTrue(Tolerations.tolerates(Toleration.builder().operator("Exists").build(), taint));
    assertTrue(Tolerations.tolerates(Toleration.builder().key("k").value("v").build(), taint));
    assertEquals(
        false, Tolerations.tolerates(Toleration.builder().key("k").value("w").build(), taint));
    assertEquals(
        false,
        Tolerations.tolerates(
            Toleration.builder().key("k").operator("Exists").effect("NoSchedule").build(), taint));
  }
}
