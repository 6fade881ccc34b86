package dev.wherry.scheduler.decision;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeTerms;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Taint;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeciderTest {
  private static final String NO_HELP =
      " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";

  private static final BindPlugin NO_BINDING =
      new BindPlugin() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public void bind(PodView pod, String node) {
          throw new AssertionError("the decider binds nothing");
        }
      };

  static final Profile PROFILE =
      ProfileFactory.create(SchedulerConfig.defaults().profiles().getFirst(), NO_BINDING);

  private final Profile profile = PROFILE;
  private final Decider decider = new Decider(1);

  static ClusterSnapshot cluster(NodeView... nodes) {
    ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    for (NodeView node : nodes) {
      snapshot = snapshot.with(node);
    }
    return snapshot;
  }

  private String placed(PodView pod, NodeView... nodes) {
    return assertInstanceOf(Decision.Place.class, decider.decide(pod, cluster(nodes), profile))
        .node();
  }

  private Decision.Nowhere nowhere(PodView pod, NodeView... nodes) {
    return assertInstanceOf(Decision.Nowhere.class, decider.decide(pod, cluster(nodes), profile));
  }

  @Test
  void decide_twoNodesFit_takesTheFullerOne() {
    NodeView fuller = node("fuller").build().with(pod("a").asks(1_000, 1_024).build());

    assertEquals("fuller", placed(pod("p").asks(500, 256).build(), node("empty").build(), fuller));
  }

  @Test
  void decide_noNodes_saysSo() {
    assertEquals("no nodes available to schedule pods", nowhere(pod("p").build()).message());
  }

  @Test
  void decide_everyNodeForAnotherReason_countsTheReasons() {
    Decision.Nowhere nowhere =
        nowhere(
            pod("p").asks(2_000, 16_384).build(),
            node("small").has(1_000, 1_024).build(),
            node("thin").has(4_000, 1_024).build(),
            node("cordoned").cordoned().build(),
            node("tainted").taint("gpu", Taint.NO_SCHEDULE).build());

    assertEquals(
        "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s),"
            + " 1 node(s) were unschedulable, 2 Insufficient memory."
            + " preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
        nowhere.message());
    assertEquals(
        Set.of("NodeResourcesFit", "NodeUnschedulable", "TaintToleration"), nowhere.rejectedBy());
  }

  @Test
  void decide_podsMaxReached_rejects() {
    NodeView full = node("n").podsMax(1).build().with(pod("a").build());

    assertEquals(
        "0/1 nodes are available: 1 Too many pods."
            + " preemption: 0/1 nodes are available:"
            + " 1 No preemption victims found for incoming pod.",
        nowhere(pod("p").build(), full).message());
  }

  @Test
  void decide_requestAboveCapacity_evictionWouldNotHelp() {
    assertEquals(
        false,
        nowhere(pod("p").asks(9_000, 1).build(), node("n").build())
            .rejections()
            .of("n")
            .orElseThrow()
            .evictionMayHelp());
    NodeView busy = node("n").build().with(pod("a").asks(3_000, 1).build());
    assertTrue(
        nowhere(pod("p").asks(2_000, 1).build(), busy)
            .rejections()
            .of("n")
            .orElseThrow()
            .evictionMayHelp());
  }

  @Test
  void decide_extendedResourceMissing_isNamed() {
    assertEquals(
        "0/1 nodes are available: 1 Insufficient nvidia.com/gpu." + NO_HELP,
        nowhere(pod("p").asksExtended("nvidia.com/gpu", 1).build(), node("n").build()).message());
  }

  @Test
  void decide_hostPortTaken_goesElsewhere() {
    NodeView taken = node("taken").build().with(pod("a").asks(3_000, 1).hostPort(80).build());

    assertEquals("free", placed(pod("p").hostPort(80).build(), taken, node("free").build()));
  }

  @Test
  void decide_selectorAndToleration_areHonoured() {
    NodeView disk = node("disk").label("disk", "ssd").taint("gpu", Taint.NO_EXECUTE).build();

    assertEquals(
        "disk",
        placed(pod("p").selector("disk", "ssd").tolerates("gpu").build(), node("n").build(), disk));
    assertEquals(
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." + NO_HELP,
        nowhere(pod("p").selector("disk", "ssd").build(), node("n").build()).message());
  }

  @Test
  void decide_affinityNamesANode_looksOnlyThere() {
    NodeTerms named =
        new NodeTerms(
            Map.of(),
            true,
            List.of(
                new NodeTerms.Term(
                    List.of(),
                    List.of(new NodeTerms.Requirement("metadata.name", "In", List.of("b"))))),
            List.of());
    PodView pod = pod("p").terms(named).build();

    assertEquals("b", placed(pod, node("a").build(), node("b").build()));
    assertEquals(
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." + NO_HELP,
        nowhere(pod, node("a").build()).message());
  }

  @Test
  void decide_softTaint_ranksLower() {
    NodeView soft = node("soft").taint("busy", Taint.PREFER_NO_SCHEDULE).build();

    assertEquals("plain", placed(pod("p").build(), soft, node("plain").build()));
  }

  @Test
  void decide_manyNodes_looksAtAShareAndMovesOn() {
    NodeView[] nodes = new NodeView[1_000];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = node("n" + i).build();
    }
    ClusterSnapshot snapshot = cluster(nodes);
    Set<String> chosen = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      Decision.Place place =
          assertInstanceOf(
              Decision.Place.class, decider.decide(pod("p" + i).build(), snapshot, profile));
      assertEquals(420, place.evaluated());
      chosen.add(place.node());
    }
    assertTrue(chosen.size() > 20, "equals are drawn, not always the first: " + chosen);
  }
}
