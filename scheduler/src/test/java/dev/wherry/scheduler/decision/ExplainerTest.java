package dev.wherry.scheduler.decision;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Taint;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  private static Explanation explain(PodView pod, NodeView... nodes) {
    ClusterSnapshot snapshot = DeciderTest.cluster(nodes);
    return Explainer.explain(pod, snapshot, DeciderTest.PROFILE);
  }

  private static String objections(Explanation.OnNode node) {
    return node.objections().stream()
        .map(o -> o.plugin() + ": " + o.reason() + " (" + o.remedy() + ")")
        .collect(Collectors.joining("; "));
  }

  @Test
  void explain_podFitsNowhere_tellsAllThatSpeaksAgainstEachNodeAndWhatWouldHelp() {
    NodeView full =
        node("full").has(2_000, 4_096).build().with(pod("a").asks(1_500, 1_024).build().on("full"));
    NodeView small = node("small").has(500, 1_024).taint("gpu", Taint.NO_SCHEDULE).build();

    Explanation why = explain(pod("p").asks(1_000, 2_048).build(), small, full);

    assertEquals(List.of("full", "small"), why.nodes().stream().map(n -> n.node()).toList());
    assertEquals(
        "NodeResourcesFit: Insufficient cpu (free 500m cpu here)",
        objections(why.nodes().getFirst()));
    assertEquals(
        "TaintToleration: node(s) had untolerated taint(s) (tolerate gpu:NoSchedule);"
            + " NodeResourcesFit: Insufficient cpu, Insufficient memory (ask for at most 500m cpu,"
            + " ask for at most 1024Mi memory)",
        objections(why.nodes().get(1)));
    assertEquals(
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).",
        why.message());
  }

  @Test
  void explain_podFits_ranksNodesByTheirPointsAsTheDecisionDoes() {
    NodeView fuller = node("fuller").build().with(pod("a").asks(1_000, 1_024).build().on("fuller"));
    NodeView cordoned = node("cordoned").cordoned().build();

    Explanation why =
        explain(pod("p").asks(500, 256).build(), cordoned, node("empty").build(), fuller);

    assertEquals("fits on 2 of 3 nodes", why.message());
    assertEquals(
        List.of("fuller", "empty", "cordoned"), why.nodes().stream().map(n -> n.node()).toList());
    assertEquals(
        "NodeUnschedulable: node(s) were unschedulable (uncordon the node)",
        objections(why.nodes().get(2)));
    Decision decision =
        new Decider(1)
            .decide(
                pod("p").asks(500, 256).build(),
                DeciderTest.cluster(cordoned, node("empty").build(), fuller),
                DeciderTest.PROFILE);
    Decision.Place place = (Decision.Place) decision;
    assertEquals(place.node(), why.nodes().getFirst().node());
    assertEquals(place.score(), why.nodes().getFirst().total());
  }
}
