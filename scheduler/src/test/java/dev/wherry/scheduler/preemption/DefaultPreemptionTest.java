package dev.wherry.scheduler.preemption;

import static dev.wherry.scheduler.Fixtures.evenly;
import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.Fixtures.PodBuilder;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Surroundings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DefaultPreemptionTest {
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

  private final Profile profile =
      ProfileFactory.create(SchedulerConfig.defaults().profiles().getFirst(), NO_BINDING);
  private final Nominations nominations = new Nominations();
  private List<DisruptionBudget> budgets = List.of();

  /** A node of one processor. */
  private static NodeView one(String name, PodView... pods) {
    NodeView node = node(name).has(1_000, 1_024).label("host", name).build();
    for (PodView pod : pods) {
      node = node.with(pod);
    }
    return node;
  }

  private static PodBuilder low(String name, int priority, long milliCpu) {
    return pod(name).priority(priority).asks(milliCpu, 1);
  }

  private Decision.Nowhere decide(PodView pod, NodeView... nodes) {
    ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    for (NodeView node : nodes) {
      snapshot = snapshot.with(node);
    }
    snapshot = snapshot.with(new Surroundings(Map.of(), budgets, nominations));
    return assertInstanceOf(Decision.Nowhere.class, new Decider(1).decide(pod, snapshot, profile));
  }

  /** The node and the victims in their order: {@code n1: a b}. */
  private String preempted(PodView pod, NodeView... nodes) {
    Decision.Room.Preempt room =
        assertInstanceOf(Decision.Room.Preempt.class, decide(pod, nodes).room());
    return room.node()
        + ": "
        + String.join(" ", room.victims().stream().map(v -> v.key().name()).toList());
  }

  private String said(PodView pod, NodeView... nodes) {
    String message = decide(pod, nodes).message();
    return message.substring(message.indexOf("preemption:"));
  }

  private static final PodView HIGH = low("high", 100, 800).build();

  @Test
  void makeRoom_oneLesserPod_isTheVictim() {
    Decision.Nowhere nowhere = decide(HIGH, one("n1", low("a", 1, 900).build()));

    assertInstanceOf(Decision.Room.Preempt.class, nowhere.room());
    assertEquals("0/1 nodes are available: 1 Insufficient cpu.", nowhere.message());
  }

  @Test
  void makeRoom_severalCouldGo_takesTheFewestAndTheLeastImportant() {
    NodeView node =
        one(
            "n1",
            low("a", 1, 300).build(),
            low("b", 2, 300).build(),
            low("c", 3, 200).build(),
            low("d", 200, 100).build());

    assertEquals("n1: b a", preempted(low("high", 100, 600).build(), node));
  }

  @Test
  void makeRoom_samePriority_theOneThatRunsShorterGoes() {
    NodeView node =
        one("n1", low("old", 1, 500).started(10).build(), low("young", 1, 500).started(20).build());

    assertEquals("n1: young", preempted(low("high", 100, 500).build(), node));
  }

  @Test
  void makeRoom_severalNodes_choosesByUpstreamsOrder() {
    assertEquals(
        "b: low", // A less important first victim.
        preempted(
            HIGH, one("a", low("middle", 50, 900).build()), one("b", low("low", 1, 900).build())));
    assertEquals(
        "b: one", // A smaller sum of priorities.
        preempted(
            HIGH,
            one("a", low("first", 5, 450).build(), low("second", 5, 450).build()),
            one("b", low("one", 5, 900).build())));
    assertEquals(
        "b: young", // The later start.
        preempted(
            HIGH,
            one("a", low("old", 5, 900).started(10).build()),
            one("b", low("young", 5, 900).started(20).build())));
  }

  @Test
  void makeRoom_budgetSpent_chooses_theNodeThatViolatesNothing() {
    budgets = List.of(budget(0));

    assertEquals(
        "b: free",
        preempted(
            HIGH,
            one("a", low("kept", 1, 900).label("app", "web").build()),
            one("b", low("free", 50, 900).build())));
    assertEquals(
        "n: free", // On one node the protected pod is brought back first.
        preempted(
            low("high", 100, 500).build(),
            one(
                "n",
                low("kept", 1, 500).label("app", "web").build(),
                low("free", 50, 500).build())));
  }

  @Test
  void makeRoom_budgetSpentEverywhere_violatesIt() {
    budgets = List.of(budget(0));

    assertEquals(
        "n: kept", preempted(HIGH, one("n", low("kept", 1, 900).label("app", "web").build())));
  }

  private static DisruptionBudget budget(int allowed) {
    return new DisruptionBudget(
        "default", "web", Labels.ofMap(Map.of("app", "web")), allowed, Set.of());
  }

  @Test
  void makeRoom_nothingLesserThere_saysSo() {
    assertEquals(
        "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod,"
            + " 2 Preemption is not helpful for scheduling.",
        said(
            HIGH,
            one("n1", low("equal", 100, 900).build()),
            node("small").has(100, 1_024).build(),
            node("cordoned").cordoned().build()));
  }

  @Test
  void makeRoom_wouldNotSuffice_saysWhatStillLacks() {
    assertEquals(
        "preemption: 0/1 nodes are available: 1 Insufficient cpu.",
        said(HIGH, one("n1", low("equal", 100, 500).build(), low("a", 1, 300).build())));
  }

  @Test
  void makeRoom_policyNever_doesNothing() {
    assertEquals(
        "preemption: not eligible due to preemptionPolicy=Never.",
        said(low("p", 100, 800).neverPreempts().build(), one("n1", low("a", 1, 900).build())));
  }

  @Test
  void makeRoom_victimStillGoingOnTheNominatedNode_waits() {
    PodView pod = low("p", 100, 800).nominated("n1").build();

    assertEquals(
        "preemption: not eligible due to a terminating pod on the nominated node.",
        said(pod, one("n1", low("a", 1, 900).preempted().build()), one("n2", HIGH)));
    assertEquals(
        "n1: a", // It is going for another reason.
        preempted(pod, one("n1", low("a", 1, 900).deleting().build())));
  }

  @Test
  void makeRoom_hopeless_endsTheNomination() {
    Decision.Nowhere nowhere =
        decide(
            low("p", 100, 800).nominated("n1").build(), one("n1", low("equal", 100, 900).build()));

    assertInstanceOf(Decision.Room.Hopeless.class, nowhere.room());
  }

  @Test
  void decide_nominatedNodeFits_goesThere() {
    Decision.Place place =
        assertInstanceOf(
            Decision.Place.class,
            new Decider(1)
                .decide(
                    low("p", 100, 100).nominated("n2").build(),
                    ClusterSnapshot.EMPTY.with(one("n1", low("a", 1, 700).build())).with(one("n2")),
                    profile));

    assertEquals("n2", place.node());
    assertEquals(1, place.evaluated());
  }

  @Test
  void decide_roomNominatedToAMoreImportantPod_isNotTaken() {
    nominations.put(low("vip", 100, 800).nominated("n1").build());

    assertEquals(
        "0/1 nodes are available: 1 Insufficient cpu."
            + " preemption: 0/1 nodes are available:"
            + " 1 No preemption victims found for incoming pod.",
        decide(low("p", 50, 800).build(), one("n1")).message());
  }

  @Test
  void makeRoom_antiAffinity_takesThePodThatIsInTheWay() {
    PodView wants = pod("p").priority(100).far("host", "app", "web").build();
    NodeView node =
        one(
            "n1",
            pod("other").priority(1).label("app", "db").build(),
            pod("web").priority(1).label("app", "web").build());

    assertEquals("n1: web", preempted(wants, node));
  }

  @Test
  void makeRoom_antiAffinityOfThoseThere_takesThem() {
    PodView hermit = pod("hermit").priority(1).far("host", "app", "web").build();

    assertEquals(
        "n1: hermit",
        preempted(
            pod("p").priority(100).label("app", "web").build(),
            one("n1", hermit, pod("other").priority(1).build())));
  }

  @Test
  void makeRoom_spread_takesWhatIsTooMuch() {
    PodView medium =
        pod("medium")
            .priority(50)
            .label("app", "web")
            .asks(300, 1)
            .spread(evenly(1, "host", "app", "web"))
            .build();
    NodeView high = one("n1", low("high", 100, 900).label("app", "web").build());
    NodeView lows =
        one(
            "n2",
            low("low-1", 1, 300).label("app", "web").started(1).build(),
            low("low-2", 1, 300).label("app", "web").started(2).build(),
            low("low-3", 1, 300).label("app", "web").started(3).build());

    assertEquals("n2: low-2 low-3", preempted(medium, high, lows));
  }
}
