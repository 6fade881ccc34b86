package dev.wherry.scheduler;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.view.PodView;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private final FakeCluster cluster = new FakeCluster();
  private final Scheduler scheduler =
      new Scheduler(
          SchedulerConfig.defaults(),
          List.of(ProfileFactory.create(SchedulerConfig.defaults().profiles().getFirst(), cluster)),
          cluster,
          InstantSource.system(),
          1);

  @AfterEach
  void stop() {
    scheduler.close();
  }

  @Test
  void start_podAndNode_bindsAndReports() throws Exception {
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").build());
    scheduler.podSeen(pod("p").build());

    assertEquals("bind p n1", cluster.next());
    assertEquals("scheduled p n1", cluster.next());
  }

  @Test
  void nodeComes_podWaiting_isBoundThen() throws Exception {
    scheduler.start();
    scheduler.ready();
    scheduler.podSeen(pod("p").build());
    assertEquals("pending p Unschedulable no nodes available to schedule pods", cluster.next());

    scheduler.nodeSeen(node("n1").build());
    assertEquals("bind p n1", cluster.next());
  }

  @Test
  void twoPods_roomForOne_secondGoesWhenTheFirstIsGone() throws Exception {
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").has(1_000, 1_024).build());
    PodView first = pod("first").asks(800, 1).created(1).build();
    scheduler.podSeen(first);
    assertEquals("bind first n1", cluster.next());
    assertEquals("scheduled first n1", cluster.next());
    scheduler.podSeen(pod("second").asks(800, 1).created(2).build());
    assertEquals(
        "pending second Unschedulable 0/1 nodes are available: 1 Insufficient cpu."
            + " preemption: 0/1 nodes are available:"
            + " 1 No preemption victims found for incoming pod.",
        cluster.next());

    scheduler.podGone(first.key());
    assertEquals("bind second n1", cluster.next());
  }

  @Test
  void bind_fails_isForgottenAndTriedAgain() throws Exception {
    cluster.failures.set(1);
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").has(1_000, 1_024).build());
    scheduler.podSeen(pod("p").asks(800, 1).build());

    assertEquals("bind p n1", cluster.next());
    assertEquals("pending p SchedulerError refused", cluster.next());
    assertEquals("bind p n1", cluster.next());
  }

  @Test
  void gatedPod_isNotTriedUntilTheGateFalls() throws Exception {
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").build());
    scheduler.podSeen(pod("p").gate("example.com/wait").build());
    assertEquals(
        "pending p SchedulingGated Scheduling is blocked due to non-empty scheduling gates",
        cluster.next());

    scheduler.podSeen(pod("p").build());
    assertEquals("bind p n1", cluster.next());
  }

  @Test
  void pendingPod_seenBeforeWhatIsThere_isNotTriedOnRoomThatIsTaken() throws Exception {
    scheduler.start();
    scheduler.nodeSeen(node("n1").has(1_000, 1_024).build());
    scheduler.podSeen(pod("new").asks(800, 1).build());
    scheduler.podSeen(pod("there").asks(800, 1).build().on("n1"));
    scheduler.ready();

    String said = cluster.next();
    assertTrue(said.startsWith("pending new Unschedulable"), said);
  }

  @Test
  void importantPod_noRoom_takesTheVictimAwayAndComesWhereItIsNominated() throws Exception {
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").has(1_000, 1_024).build());
    PodView low = pod("low").asks(800, 1).priority(1).build();
    scheduler.podSeen(low.on("n1"));
    scheduler.podSeen(pod("high").asks(800, 1).priority(10).build());

    assertEquals(
        Set.of(
            "pending high Unschedulable 0/1 nodes are available: 1 Insufficient cpu.",
            "nominate high n1",
            "preempt low for high on n1"),
        Set.of(cluster.next(), cluster.next(), cluster.next()));

    // Another pod of less priority must not take the room meanwhile.
    scheduler.podSeen(pod("sneak").asks(800, 1).priority(5).build());
    String sneak = cluster.next();
    assertTrue(sneak.startsWith("pending sneak Unschedulable 0/1"), sneak);
    scheduler.podGone(low.key());
    assertEquals("bind high n1", cluster.next());
  }

  @Test
  void foreignPodNominated_roomIsLeftToItUntilItNeedsItNoMore() throws Exception {
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").has(1_000, 1_024).build());
    PodView theirs =
        pod("theirs").asks(800, 1).priority(10).scheduler("foreign").nominated("n1").build();
    scheduler.podSeen(theirs);
    scheduler.podSeen(pod("low").asks(800, 1).priority(5).build());
    String low = cluster.next();
    assertTrue(low.startsWith("pending low Unschedulable 0/1"), low);

    scheduler.podSeen(theirs);
    scheduler.podGone(theirs.key());
    assertEquals("bind low n1", cluster.next());
  }

  @Test
  void preemption_cannotBeWritten_isTriedAgain() throws Exception {
    cluster.preemptFailures.set(1);
    scheduler.start();
    scheduler.ready();
    scheduler.nodeSeen(node("n1").has(1_000, 1_024).build());
    scheduler.podSeen(pod("low").asks(800, 1).priority(1).build().on("n1"));
    scheduler.podSeen(pod("high").asks(800, 1).priority(10).build());

    cluster.await("preempt low for high on n1");
    cluster.await("preempt low for high on n1");
  }

  /** Records what the scheduler does, in order. */
  private static final class FakeCluster implements ClusterWriter, BindPlugin {
    private final BlockingQueue<String> done = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger preemptFailures = new AtomicInteger();

    /** Passes over everything else. */
    void await(String expected) throws InterruptedException {
      while (!next().equals(expected)) {
        // What comes before does not matter here.
      }
    }

    String next() throws InterruptedException {
      String next = done.poll(120, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing happened within 120 s");
      }
      return next;
    }

    @Override
    public String name() {
      return "FakeBinder";
    }

    @Override
    public void bind(PodView pod, String node) {
      done.add("bind " + pod.key().name() + " " + node);
      if (failures.getAndDecrement() > 0) {
        throw new IllegalStateException("refused");
      }
    }

    @Override
    public void nominate(PodView pod, String node) {
      done.add("nominate " + pod.key().name() + " " + node);
    }

    @Override
    public void reportNominated(PodView pod, String message) {
      reportPending(pod, "Unschedulable", message);
      nominate(pod, pod.standing().nominatedNode());
    }

    @Override
    public void preempt(PodView preemptor, PodView victim, String node) {
      done.add("preempt " + victim.key().name() + " for " + preemptor.key().name() + " on " + node);
      if (preemptFailures.getAndDecrement() > 0) {
        throw new IllegalStateException("refused");
      }
    }

    @Override
    public void reportScheduled(PodView pod, String node) {
      done.add("scheduled " + pod.key().name() + " " + node);
    }

    @Override
    public void reportPending(PodView pod, String reason, String message) {
      done.add("pending " + pod.key().name() + " " + reason + " " + message);
    }
  }
}
