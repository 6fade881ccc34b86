package dev.wherry.scheduler.decision;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.scheduler.Fixtures;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackFitTest {
  private static final BindPlugin NO_BINDING =
      new BindPlugin() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public void bind(PodView pod, String node) {
          throw new AssertionError("a trial binds nothing");
        }
      };

  private static final Profile PROFILE =
      ProfileFactory.create(SchedulerConfig.defaults().profiles().getFirst(), NO_BINDING);

  private static ClusterSnapshot cluster(NodeView... nodes) {
    ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    for (NodeView node : nodes) {
      snapshot = snapshot.with(node);
    }
    return snapshot;
  }

  private static StackFit fit(ClusterSnapshot snapshot) {
    return new StackFit(snapshot.apart(), Map.of("default-scheduler", PROFILE), 1);
  }

  private static StackFit.Part part(String name, Fixtures.PodBuilder pod, int count) {
    return new StackFit.Part(name, pod.build(), count, false);
  }

  @Test
  void place_roomForSome_saysHowManyAndWhy() {
    ClusterSnapshot before = cluster(node("a").build(), node("b").build());
    StackFit fit = fit(before);
    StackFit.Outcome outcome =
        fit.place(List.of(part("deployment/web", pod("web").asks(1_500, 64), 5))).getFirst();
    assertEquals(5, outcome.wanted());
    assertEquals(4, outcome.placed());
    assertEquals(Map.of("a", 2, "b", 2), outcome.nodes());
    assertEquals("0/2 nodes are available: 2 Insufficient cpu.", outcome.message());
    assertEquals(0, before.at(0).pods().size());
    assertEquals(4, fit.after().at(0).pods().size() + fit.after().at(1).pods().size());
  }

  @Test
  void place_moreImportantPart_goesFirst() {
    StackFit fit = fit(cluster(node("a").build()));
    List<StackFit.Outcome> outcomes =
        fit.place(
            List.of(
                part("low", pod("low").asks(3_000, 64), 1),
                part("high", pod("high").asks(3_000, 64).priority(10), 1)));
    assertEquals("low", outcomes.getFirst().name());
    assertEquals(0, outcomes.getFirst().placed());
    assertEquals(1, outcomes.getLast().placed());
  }

  @Test
  void place_antiAffinityWithinThePart_oneForEachNode() {
    StackFit fit =
        fit(cluster(node("a").label("host", "a").build(), node("b").label("host", "b").build()));
    StackFit.Outcome outcome =
        fit.place(List.of(part("s", pod("s").label("app", "s").far("host", "app", "s"), 3)))
            .getFirst();
    assertEquals(2, outcome.placed());
    assertTrue(outcome.message().contains("anti-affinity"), outcome.message());
  }

  @Test
  void place_daemons_areWantedWhereNothingKeepsThemOut() {
    StackFit fit =
        fit(
            cluster(
                node("a").build(),
                node("full").has(100, 64).build(),
                node("tainted").taint("only", "NoSchedule").build()));
    StackFit.Outcome outcome =
        fit.place(
                List.of(
                    new StackFit.Part("daemonset/log", pod("log").asks(200, 16).build(), 1, true)))
            .getFirst();
    assertEquals(2, outcome.wanted());
    assertEquals(1, outcome.placed());
    assertEquals(Map.of("a", 1), outcome.nodes());
    assertTrue(outcome.message().contains("Insufficient cpu"), outcome.message());
  }

  @Test
  void place_gatedOrForeignPods_stayOut() {
    List<StackFit.Outcome> outcomes =
        fit(cluster(node("a").build()))
            .place(List.of(part("gated", pod("g").gate("example.com/wait"), 2)));
    assertEquals(0, outcomes.getFirst().placed());
    assertTrue(outcomes.getFirst().message().startsWith("SchedulingGates"));
  }
}
