package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.evenly;
import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which events about other pods wake a waiting one. */
class HintsTest {
  private static final PodView WEB = pod("web").label("app", "web").build();
  private static final PodView DB = pod("db").label("app", "db").build();

  private final InterPodAffinity affinity = new InterPodAffinity(1, false);
  private final PodTopologySpread spread = new PodTopologySpread(SpreadDefaults.NONE);
  private final NodeResourcesFit fit =
      new NodeResourcesFit(ScoringStrategy.MOST_ALLOCATED, Set.of());

  private static PodEvent added(PodView about) {
    return new PodEvent(ClusterEvent.ASSIGNED_POD_ADDED, about, Optional.empty(), List.of());
  }

  private static PodEvent gone(PodView about) {
    return new PodEvent(ClusterEvent.ASSIGNED_POD_GONE, about, Optional.empty(), List.of());
  }

  private static PodEvent goneFrom(NodeView node) {
    return new PodEvent(ClusterEvent.ASSIGNED_POD_GONE, WEB, Optional.of(node), List.of());
  }

  @Test
  void affinity_podThatIsWantedNear_wakes() {
    PodView waiting = pod("p").near("zone", "app", "web").build();

    assertTrue(affinity.mayHelp(waiting, added(WEB)));
    assertFalse(affinity.mayHelp(waiting, added(DB)));
  }

  @Test
  void affinity_podThatWasInTheWay_wakes() {
    PodView waiting = pod("p").label("app", "web").far("zone", "app", "web").build();
    PodView hermit = pod("h").label("app", "h").far("zone", "app", "web").build();

    assertTrue(affinity.mayHelp(waiting, gone(WEB)));
    assertTrue(affinity.mayHelp(waiting, gone(hermit)));
    assertFalse(affinity.mayHelp(waiting, gone(DB)));
    assertFalse(affinity.mayHelp(waiting, added(WEB)));
  }

  @Test
  void spread_podThatCounts_wakes() {
    PodView waiting = pod("p").spread(evenly(1, "zone", "app", "web")).build();

    assertTrue(spread.mayHelp(waiting, added(WEB)));
    assertFalse(spread.mayHelp(waiting, added(DB)));
    assertFalse(spread.mayHelp(waiting, added(pod("w").in("x").label("app", "web").build())));
  }

  @Test
  void fit_roomThatIsEnough_wakes() {
    NodeView node = node("n").has(1_000, 1_024).build().with(pod("a").asks(500, 1).build());

    assertTrue(fit.mayHelp(pod("p").asks(500, 1).build(), goneFrom(node)));
    assertFalse(fit.mayHelp(pod("p").asks(600, 1).build(), goneFrom(node)));
  }

  @Test
  void fit_roomMadeForAnotherPod_wakesOnlyThatOne() {
    PodView mine = pod("mine").priority(5).asks(800, 1).nominated("n").build();
    PodView other = pod("other").priority(5).asks(800, 1).nominated("m").build();
    PodEvent gone =
        new PodEvent(
            ClusterEvent.ASSIGNED_POD_GONE,
            WEB,
            Optional.of(node("n").has(1_000, 1_024).build()),
            List.of(mine));

    assertTrue(fit.mayHelp(mine, gone));
    assertFalse(fit.mayHelp(other, gone));
  }

  @Test
  void fit_roomWithAPreemption_wakesWhoeverHasNoneUnderWay() {
    NodeView node = node("n").has(1_000, 1_024).build().with(pod("a").asks(500, 1).build());
    PodView high = pod("p").priority(5).asks(600, 1).build();

    assertTrue(fit.mayHelp(high, goneFrom(node)));
    assertFalse(fit.mayHelp(high.nominatedTo("other"), goneFrom(node)));
    assertFalse(
        fit.mayHelp(pod("p").priority(5).neverPreempts().asks(600, 1).build(), goneFrom(node)));
  }
}
