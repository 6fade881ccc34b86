package dev.wherry.scheduler.decision;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A decider that remembers says what one says that has never been asked before. */
class FollowedTest {
  /** Fewer than the candidates that end a search, so that every one is compared. */
  private static final int NODES = 90;

  private static final int STEPS = 400;

  private final List<PodView> nominated = new ArrayList<>();
  private final Nominations nominations = new Nominations();
  private ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
  private List<DisruptionBudget> budgets = List.of();
  private int names;

  @Test
  void decide_clusterChangesBetweenTries_saysWhatAFreshDeciderSays() {
    for (long seed = 1; seed <= 6; seed++) {
      follow(new Random(seed), "seed " + seed);
    }
  }

  private void follow(Random random, String seed) {
    snapshot = ClusterSnapshot.EMPTY;
    nominated.forEach(pod -> nominations.remove(pod.key()));
    nominated.clear();
    for (int i = 0; i < NODES; i++) {
      add(random);
    }
    Decider remembers = new Decider(1);
    List<PodView> asked =
        List.of(
            pod("high").priority(9).asks(3_000, 1).build(),
            pod("middle").priority(5).asks(3_000, 1).build(),
            pod("low").priority(0).asks(3_500, 1).build(),
            pod("large").priority(9).asks(9_000, 1).build());
    for (int step = 0; step < STEPS; step++) {
      change(random);
      ClusterSnapshot now = snapshot.with(new Surroundings(Map.of(), budgets, nominations));
      PodView pod = asked.get(random.nextInt(asked.size()));
      assertEquals(
          said(new Decider(1).decide(pod, now, DeciderTest.PROFILE)),
          said(remembers.decide(pod, now, DeciderTest.PROFILE)),
          seed + " step " + step + " pod " + pod.key());
    }
  }

  private void add(Random random) {
    NodeView node = node("n" + names++).has(4_000, 1_024).build();
    while (node.requested().milliCpu() < 3_200) {
      node = node.with(small(random));
    }
    snapshot = snapshot.with(node);
  }

  private PodView small(Random random) {
    return pod("p" + names++)
        .priority(random.nextInt(4))
        .label("app", random.nextInt(3) == 0 ? "kept" : "free")
        .asks(800 + random.nextInt(3) * 100, 1)
        .build();
  }

  private void change(Random random) {
    NodeView node = snapshot.at(random.nextInt(snapshot.size()));
    switch (random.nextInt(8)) {
      case 0 -> snapshot = snapshot.with(node.with(small(random)));
      case 1 -> snapshot = snapshot.with(lighter(node, random));
      case 2 -> snapshot = snapshot.without(node.name());
      case 3 -> add(random);
      case 4, 5 -> nominate(random, node);
      case 6 -> budgets = budget(random.nextInt(3));
      default -> {
        if (!nominated.isEmpty()) {
          nominations.remove(nominated.remove(random.nextInt(nominated.size())).key());
        }
      }
    }
  }

  private static NodeView lighter(NodeView node, Random random) {
    return node.pods().isEmpty()
        ? node
        : node.without(node.pods().get(random.nextInt(node.pods().size())).key());
  }

  private void nominate(Random random, NodeView node) {
    PodView waiting =
        pod("w" + names++)
            .priority(3 + random.nextInt(7))
            .asks(600, 1)
            .nominated(node.name())
            .build();
    nominations.put(waiting);
    nominated.add(waiting);
  }

  private static List<DisruptionBudget> budget(int allowed) {
    return List.of(
        new DisruptionBudget(
            "default", "keep", Labels.ofMap(Map.of("app", "kept")), allowed, Set.of()));
  }

  /** Without what is drawn among equals. */
  private static String said(Decision decision) {
    return switch (decision) {
      case Decision.Place _ -> "somewhere";
      case Decision.Failed failed -> failed.why();
      case Decision.Nowhere nowhere ->
          nowhere.message()
              + " "
              + nowhere.rejectedBy().stream().sorted().toList()
              + " "
              + room(nowhere.room());
    };
  }

  private static String room(Decision.Room room) {
    return room instanceof Decision.Room.Preempt(String node, List<PodView> victims)
        ? "instead of priorities " + victims.stream().map(PodView::priority).toList()
        : room.getClass().getSimpleName();
  }
}
