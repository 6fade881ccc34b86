package dev.wherry.kubelet.probe;

import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Repeats one probe and reports when its verdict changes: after {@code failureThreshold} failures
 * or {@code successThreshold} successes in a row. Ends by interrupt.
 */
final class ProbeLoop implements Runnable {
  /** Where verdicts, single failures and warnings go; called on the probe's thread. */
  interface Listener {
    void verdict(boolean healthy);

    void told(ProbeResult result);
  }

  private static final int PERIOD_DEFAULT_SECONDS = 10;
  private static final int FAILURES_DEFAULT = 3;

  private final Probe probe;
  private final Instant startedAt;
  private final boolean spread;
  private final Supplier<ProbeResult> check;
  private final Timer clock;
  private final RandomGenerator random;
  private final Listener listener;

  /**
   * @param spread whether the first look may come anywhere in a period: when a kubelet starts, not
   *     all probes of its node at once
   */
  ProbeLoop(
      Probe probe,
      Instant startedAt,
      boolean spread,
      Supplier<ProbeResult> check,
      Timer clock,
      RandomGenerator random,
      Listener listener) {
    this.probe = probe;
    this.startedAt = startedAt;
    this.spread = spread;
    this.check = check;
    this.clock = clock;
    this.random = random;
    this.listener = listener;
  }

  @Override
  public void run() {
    try {
      repeat();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void repeat() throws InterruptedException {
    Duration period = Duration.ofSeconds(or(probe.periodSeconds(), PERIOD_DEFAULT_SECONDS));
    Instant first = startedAt.plusSeconds(or(probe.initialDelaySeconds(), 0));
    Duration wait = Duration.between(clock.instant(), first);
    if (wait.isNegative() || wait.isZero()) {
      wait = spread ? Duration.ofMillis(random.nextLong(period.toMillis())) : Duration.ZERO;
    }
    clock.pause(wait);
    int successes = 0;
    int failures = 0;
    while (true) {
      ProbeResult result = check.get();
      if (Thread.interrupted()) {
        return;
      }
      successes = result.isSuccess() ? successes + 1 : 0;
      failures = result.isSuccess() ? 0 : failures + 1;
      if (result.outcome() != ProbeResult.Outcome.SUCCESS) {
        listener.told(result);
      }
      if (successes == or(probe.successThreshold(), 1)) {
        listener.verdict(true);
      } else if (failures == or(probe.failureThreshold(), FAILURES_DEFAULT)) {
        listener.verdict(false);
      }
      clock.pause(period);
    }
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null || value == 0 ? otherwise : value;
  }
}
