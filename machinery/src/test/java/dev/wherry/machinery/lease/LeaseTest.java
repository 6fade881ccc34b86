package dev.wherry.machinery.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final List<String> said = new CopyOnWriteArrayList<>();

  private final class Voice implements LeaderElection.Candidate {
    private final String name;

    Voice(String name) {
      this.name = name;
    }

    @Override
    public void startLeading() {
      said.add(name + " leads");
    }

    @Override
    public void stopLeading() {
      said.add(name + " stops");
    }
  }

  private LeaderElection run(String name) {
    return LeaderElection.start(
        api,
        LeaderElection.Config.of("kube-system", "scheduler", name),
        new Voice(name),
        timer,
        new Random(1));
  }

  /** Moves time on in steps, each once all threads rest. */
  private void pass(Duration time, int threads) {
    for (int i = 0; i < time.toMillis() / 500; i++) {
      Eventually.await("threads rest", () -> timer.pending() >= threads);
      timer.advance(Duration.ofMillis(500));
    }
    Eventually.await("threads rest", () -> timer.pending() >= threads);
  }

  @Test
  void election_leaderDies_otherTakesOverAfterTheLease() throws Exception {
    LeaderElection a = run("a");
    Eventually.await("a leads", a::isLeading);
    LeaderElection b = run("b");
    pass(Duration.ofSeconds(20), 2);
    assertFalse(b.isLeading());
    a.close();
    Eventually.await("a stopped", () -> !a.isLeading());
    Eventually.await("one alarm left", () -> timer.pending() == 1);
    pass(Duration.ofSeconds(10), 1);
    assertFalse(b.isLeading());
    pass(Duration.ofSeconds(15), 1);
    Eventually.await("b leads", b::isLeading);

    // A candidate is told after it says of itself that it leads.
    Eventually.await("all are told", () -> said.equals(List.of("a leads", "a stops", "b leads")));
    Lease lease = api.get(Lease.KIND, "kube-system", "scheduler");
    assertEquals("b", lease.spec().holderIdentity());
    assertEquals(1, lease.spec().leaseTransitions());
    b.close();
  }

  @Test
  void election_cannotRenew_stopsBeforeTheLeaseEnds() {
    LeaderElection a = run("a");
    Eventually.await("a leads", a::isLeading);
    Instant renewed = timer.instant();
    for (int i = 0; i < 30; i++) {
      api.failNext(call -> call.resource().equals("leases"), ApiException.internal("down"));
    }
    while (a.isLeading()) {
      pass(Duration.ofMillis(500), 1);
      assertTrue(timer.instant().isBefore(renewed.plusSeconds(15)));
    }
    a.close();
  }

  @Test
  void config_deadlineNotBelowLease_isRefused() {
    org.junit.jupiter.api.Assertions.assertThrows(
        IllegalArgumentException.class,
        () ->
            new LeaderElection.Config(
                "n",
                "l",
                "i",
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2)));
  }

  @Test
  void keeper_nodeLease_isMadeRenewedAndMadeAnew() {
    AtomicInteger late = new AtomicInteger();
    OwnerReference node =
        OwnerReference.builder().apiVersion("v1").kind("Node").name("n1").uid("u").build();
    LeaseKeeper keeper =
        LeaseKeeper.start(
            api,
            LeaseKeeper.Config.ofNode("n1"),
            () -> List.of(node),
            timer,
            late::incrementAndGet);
    Eventually.await("rests", () -> timer.pending() > 0);
    Lease first = api.get(Lease.KIND, "kube-node-lease", "n1");
    assertEquals(List.of(node), first.metadata().ownerReferences());
    assertEquals(40, first.spec().leaseDurationSeconds());
    timer.advance(Duration.ofSeconds(10));
    Eventually.await("renewed", () -> renewTime().equals(timer.instant()));
    Eventually.await("rests", () -> timer.pending() > 0);
    assertEquals(0, late.get());
    timer.advance(Duration.ofMinutes(1));
    Eventually.await("told of silence", () -> late.get() == 1);

    Eventually.await("rests", () -> timer.pending() > 0);
    api.delete(
        Lease.KIND, "kube-node-lease", "n1", dev.wherry.machinery.client.DeleteOptions.DEFAULT);
    Eventually.await("rests", () -> timer.pending() > 0);
    timer.advance(Duration.ofSeconds(10));
    Eventually.await("rests", () -> timer.pending() > 0);
    timer.advance(Duration.ofSeconds(1));
    Eventually.await("made anew", () -> !renewTime().equals(Instant.EPOCH));
    keeper.close();
  }

  private Instant renewTime() {
    try {
      Instant time = api.get(Lease.KIND, "kube-node-lease", "n1").spec().renewTime();
      return time == null ? Instant.EPOCH : time;
    } catch (ApiException e) {
      return Instant.EPOCH;
    }
  }
}
