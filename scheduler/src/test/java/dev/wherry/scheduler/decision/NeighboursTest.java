package dev.wherry.scheduler.decision;

import static dev.wherry.scheduler.Fixtures.evenly;
import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static dev.wherry.scheduler.Fixtures.softly;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.Fixtures.PodBuilder;
import dev.wherry.scheduler.view.AffinityTerm;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.SpreadConstraint;
import dev.wherry.scheduler.view.Surroundings;
import dev.wherry.scheduler.view.Taint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Pod affinity and topology spread through the default profile, with upstream's messages. */
class NeighboursTest {
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String HOST = "kubernetes.io/hostname";

  private final Decider decider = new Decider(1);

  private static NodeView in(String zone, String name, PodView... pods) {
    NodeView node = node(name).label(ZONE, zone).label(HOST, name).build();
    for (PodView pod : pods) {
      node = node.with(pod);
    }
    return node;
  }

  private static PodView web(String name) {
    return pod(name).label("app", "web").build();
  }

  private Decision decide(PodView pod, NodeView... nodes) {
    return decider.decide(pod, DeciderTest.cluster(nodes), DeciderTest.PROFILE);
  }

  private String placed(PodView pod, NodeView... nodes) {
    return assertInstanceOf(Decision.Place.class, decide(pod, nodes)).node();
  }

  private String reasons(PodView pod, NodeView... nodes) {
    String message = assertInstanceOf(Decision.Nowhere.class, decide(pod, nodes)).message();
    return message.substring(0, message.indexOf(" preemption:"));
  }

  @Test
  void affinity_required_goesToTheZoneOfTheOthers() {
    PodView wants = pod("p").asks(500, 1).near(ZONE, "app", "web").build();

    assertEquals("b2", placed(wants, in("a", "a1"), full("b", "b1", web("w")), in("b", "b2")));
  }

  private static NodeView full(String zone, String name, PodView... pods) {
    NodeView node = in(zone, name, pods);
    return node.with(pod("filler").asks(4_000, 1).build());
  }

  @Test
  void affinity_nobodyThere_saysSo() {
    assertEquals(
        "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.",
        reasons(pod("p").near(ZONE, "app", "web").build(), in("a", "a1"), in("b", "b1")));
  }

  @Test
  void affinity_toItsLike_firstOneMayBegin() {
    PodView first = pod("p").label("app", "web").near(ZONE, "app", "web").build();

    assertEquals("a1", placed(first, in("a", "a1"), node("without-zone").build()));
    assertEquals(
        "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
        reasons(first, node("without-zone").build()));
  }

  @Test
  void affinity_twoTerms_onePodMustBeMeantByBoth() {
    PodView wants = pod("p").near(ZONE, "app", "web").near(HOST, "tier", "front").build();
    PodView both = pod("w").label("app", "web").label("tier", "front").build();

    assertEquals("a1", placed(wants, in("a", "a1", both), in("a", "a2")));
    assertEquals(
        "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
        reasons(wants, in("a", "a1", web("w"), pod("f").label("tier", "front").build())));
  }

  @Test
  void antiAffinity_own_keepsAwayFromTheZone() {
    PodView wants = pod("p").far(ZONE, "app", "web").build();

    assertEquals("b1", placed(wants, in("a", "a1", web("w")), in("a", "a2"), in("b", "b1")));
    assertEquals(
        "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.",
        reasons(wants, in("a", "a1", web("w")), in("a", "a2")));
  }

  @Test
  void antiAffinity_ofThoseThere_keepsAway() {
    PodView hermit = pod("hermit").far(HOST, "app", "web").build();

    assertEquals("a2", placed(web("p"), in("a", "a1", hermit), in("a", "a2")));
    assertEquals(
        "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
        reasons(web("p"), in("a", "a1", hermit)));
  }

  @Test
  void antiAffinity_otherNamespace_isNotMeant() {
    PodView wants = pod("p").in("other").far(ZONE, "app", "web").build();

    assertEquals("a1", placed(wants, in("a", "a1", web("w"))));
  }

  @Test
  void antiAffinity_namespaceSelector_meansTheNamespacesOfThatLabel() {
    AffinityTerm term =
        new AffinityTerm(
            Set.of(),
            Labels.ofMap(Map.of("team", "red")),
            Labels.ofMap(Map.of("app", "web")),
            HOST);
    PodView wants = pod("p").far(term).build();
    ClusterSnapshot snapshot =
        DeciderTest.cluster(in("a", "a1", pod("w").in("red-1").label("app", "web").build()));

    assertInstanceOf(Decision.Place.class, decider.decide(wants, snapshot, DeciderTest.PROFILE));
    Map<String, Map<String, String>> labelled = Map.of("red-1", Map.of("team", "red"));
    assertInstanceOf(
        Decision.Nowhere.class,
        decider.decide(
            wants,
            snapshot.with(new Surroundings(labelled, List.of(), new Nominations())),
            DeciderTest.PROFILE));
  }

  @Test
  void preferences_rank() {
    PodView likes = pod("p").likes(100, ZONE, "app", "web").build();
    PodView dislikes = pod("p").dislikes(100, ZONE, "app", "web").build();

    assertEquals("b1", placed(likes, in("a", "a1"), in("b", "b1", web("w")), in("c", "c1")));
    assertEquals("a1", placed(dislikes, in("a", "a1"), in("b", "b1", web("w"))));
  }

  @Test
  void preferences_ofThoseThere_rank() {
    PodView friend = pod("friend").likes(50, ZONE, "app", "web").build();
    PodView needy = pod("needy").near(ZONE, "app", "web").build();

    assertEquals("b1", placed(web("p"), in("a", "a1"), in("b", "b1", friend)));
    assertEquals("b1", placed(web("p"), in("a", "a1"), in("b", "b1", needy)));
  }

  @Test
  void spread_required_fillsTheEmptierZone() {
    PodView next = spreading(1).build();

    assertEquals("b1", placed(next, in("a", "a1", web("w")), in("b", "b1")));
    assertEquals(
        "0/2 nodes are available: 1 Insufficient cpu,"
            + " 1 node(s) didn't match pod topology spread constraints.",
        reasons(spreading(1).asks(500, 1).build(), in("a", "a1", web("w")), full("b", "b1")));
  }

  private static PodBuilder spreading(int skew) {
    return pod("p").label("app", "web").spread(evenly(skew, ZONE, "app", "web"));
  }

  @Test
  void spread_nodeWithoutTheLabel_saysSo() {
    assertEquals(
        "0/1 nodes are available:"
            + " 1 node(s) didn't match pod topology spread constraints (missing required label).",
        reasons(spreading(1).build(), node("n").build()));
  }

  @Test
  void spread_minDomains_countsMissingOnesAsEmpty() {
    SpreadConstraint three =
        new SpreadConstraint(1, ZONE, true, Labels.ofMap(Map.of("app", "web")), 3, true, false);
    PodView next = pod("p").label("app", "web").spread(three).build();

    assertEquals(
        "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.",
        reasons(next, in("a", "a1", web("w1")), in("b", "b1", web("w2"))));
    assertEquals(
        "c1", placed(next, in("a", "a1", web("w1")), in("b", "b1", web("w2")), in("c", "c1")));
  }

  @Test
  void spread_affinityPolicy_decidesWhichZonesCount() {
    NodeView a = in("a", "a1", web("w1"), web("w2"));
    NodeView b = node("b1").label(ZONE, "b").label("disk", "hdd").build();
    PodView honours = spreading(1).selector(ZONE, "a").build();
    PodView ignores =
        pod("p")
            .label("app", "web")
            .selector(ZONE, "a")
            .spread(
                new SpreadConstraint(
                    1, ZONE, true, Labels.ofMap(Map.of("app", "web")), 1, false, false))
            .build();

    assertEquals("a1", placed(honours, a, b));
    assertTrue(reasons(ignores, a, b).contains("1 node(s) didn't match pod topology spread"));
  }

  @Test
  void spread_taintsPolicy_decidesWhichZonesCount() {
    NodeView a = in("a", "a1", web("w1"));
    NodeView tainted = node("b1").label(ZONE, "b").taint("gpu", Taint.NO_SCHEDULE).build();
    PodView honours =
        pod("p")
            .label("app", "web")
            .spread(
                new SpreadConstraint(
                    1, ZONE, true, Labels.ofMap(Map.of("app", "web")), 1, true, true))
            .build();

    assertEquals("a1", placed(honours, a, tainted));
    assertTrue(
        reasons(spreading(1).build(), a, tainted)
            .contains("1 node(s) didn't match pod topology spread constraints"));
  }

  @Test
  void spread_deletedPods_countNoMore() {
    PodView going = pod("w").label("app", "web").deleting().build();

    assertEquals(
        "a1", placed(spreading(1).asks(500, 1).build(), in("a", "a1", going), full("b", "b1")));
  }

  @Test
  void spread_soft_ranksTheEmptierDomainHigher() {
    PodView next =
        pod("p").asks(500, 1).label("app", "web").spread(softly(1, ZONE, "app", "web")).build();

    assertEquals("b1", placed(next, in("a", "a1", web("w")), in("b", "b1")));
    assertEquals("a1", placed(next, full("b", "b1"), in("a", "a1", web("w"), web("v"))));
  }

  @Test
  void images_largeOneThere_rankHigher() {
    PodView wants = pod("p").image("registry.example.com/big:1").build();
    NodeView has = node("has").image("registry.example.com/big:1", 900).build();

    assertEquals("has", placed(wants, node("a").build(), has, node("b").build()));
  }
}
