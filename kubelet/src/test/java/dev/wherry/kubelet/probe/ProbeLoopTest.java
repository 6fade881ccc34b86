package dev.wherry.kubelet.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One probe's rhythm and verdicts, on a clock that only the test moves. */
class ProbeLoopTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final FakeTimer clock = new FakeTimer();
  private final List<Instant> looks = new CopyOnWriteArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile boolean healthy = true;
  private Thread loop = Thread.ofVirtual().unstarted(() -> {});

  private final ProbeLoop.Listener listener =
      new ProbeLoop.Listener() {
        @Override
        public void verdict(boolean well) {
          heard.add(well ? "healthy" : "unhealthy");
        }

        @Override
        public void told(ProbeResult result) {
          heard.add("failed: " + result.text());
        }
      };

  private void start(Probe.Builder probe, Instant startedAt) {
    start(probe, startedAt, false);
  }

  private void start(Probe.Builder probe, Instant startedAt, boolean spread) {
    ProbeLoop work =
        new ProbeLoop(
            probe.periodSeconds((int) PERIOD.toSeconds()).build(),
            startedAt,
            spread,
            () -> {
              looks.add(clock.instant());
              return healthy ? ProbeResult.success() : ProbeResult.failure("down");
            },
            clock,
            new Random(7),
            listener);
    loop = Thread.ofVirtual().start(work);
    awaitAsleep();
  }

  private void awaitAsleep() {
    Await.until(LONG, () -> "alarms: " + clock.pending(), () -> clock.pending() == 1);
  }

  private void next() {
    int before = looks.size();
    clock.advance(PERIOD);
    Await.until(LONG, () -> "looks: " + looks, () -> looks.size() == before + 1);
    awaitAsleep();
  }

  @AfterEach
  void end() throws InterruptedException {
    loop.interrupt();
    loop.join();
    assertEquals(0, clock.pending(), "alarms left");
  }

  @Test
  void probe_initialDelay_looksOnlyAfterIt() {
    Instant start = clock.instant();
    start(Probe.builder().initialDelaySeconds(30), start);

    clock.advance(Duration.ofSeconds(29));
    assertEquals(List.of(), looks);
    clock.advance(Duration.ofSeconds(1));
    Await.until(LONG, () -> "looks: " + looks, () -> looks.size() == 1);

    assertEquals(List.of(start.plusSeconds(30)), looks);
    awaitAsleep();
  }

  @Test
  void probe_failsThreeTimes_isUnhealthyOnceAndTellsEachFailure() {
    start(Probe.builder().initialDelaySeconds(5), clock.instant());
    next();
    healthy = false;
    next();
    next();
    assertEquals(List.of("healthy", "failed: down", "failed: down"), heard);
    next();
    next();

    assertEquals(1, heard.stream().filter("unhealthy"::equals).count());
    assertEquals(4, heard.stream().filter("failed: down"::equals).count());
  }

  @Test
  void probe_successThreshold_needsThatManyInARow() {
    healthy = false;
    start(
        Probe.builder().initialDelaySeconds(5).failureThreshold(1).successThreshold(2),
        clock.instant());
    next();
    healthy = true;
    next();
    assertEquals(List.of("failed: down", "unhealthy"), heard);
    next();

    assertEquals("healthy", heard.getLast());
  }

  @Test
  void probe_startupTookLong_looksAtOnce() {
    Instant now = clock.instant();
    start(Probe.builder().initialDelaySeconds(10), now.minus(Duration.ofMinutes(3)));
    clock.advance(Duration.ZERO);
    Await.until(LONG, () -> "looks: " + looks, () -> !looks.isEmpty());

    assertEquals(List.of(now), looks);
    awaitAsleep();
  }

  @Test
  void probe_kubeletStartedAnew_spreadsItsFirstLookOverAPeriod() {
    Instant now = clock.instant();
    start(Probe.builder(), now.minus(Duration.ofHours(1)), true);
    assertEquals(List.of(), looks);
    next();

    assertTrue(!looks.getFirst().isAfter(now.plus(PERIOD)), () -> "first look " + looks);
  }
}
