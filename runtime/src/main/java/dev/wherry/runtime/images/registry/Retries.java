package dev.wherry.runtime.images.registry;

import dev.wherry.machinery.time.Timer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Tries again what may work later, with growing pauses; progress begins the count anew. */
record Retries(PullLimits limits, Timer timer, RandomGenerator random) {
  private static final System.Logger LOG = System.getLogger(Retries.class.getName());

  private static final int HASTY_TRIES = 3;

  /** One try. */
  @FunctionalInterface
  interface Try<T> {
    T run() throws IOException, InterruptedException;
  }

  /** How far it came; more than before is progress. */
  @FunctionalInterface
  interface Progress {
    long bytes() throws IOException;
  }

  /** For a manifest: the kubelet asks again soon, and says meanwhile why it waits. */
  Retries hasty() {
    return new Retries(limits.withTries(HASTY_TRIES), timer, random);
  }

  <T> T run(String what, Try<T> attempt, Progress progress)
      throws IOException, InterruptedException {
    long before = progress.bytes();
    int tries = 1;
    while (true) {
      try {
        return attempt.run();
      } catch (PullException e) {
        throw e;
      } catch (IOException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException("the pull was cancelled");
        }
        long now = progress.bytes();
        tries = now > before ? 1 : tries + 1;
        before = now;
        if (tries > limits.triesMax()) {
          throw new PullException(
              PullException.Reason.UNAVAILABLE, what + ": " + e.getMessage(), e);
        }
        LOG.log(Level.INFO, "pull tried again what={0} why={1}", what, e.getMessage());
        timer.pause(delay(tries));
      }
    }
  }

  private Duration delay(int tries) {
    long millis = limits.firstRetry().toMillis() << Math.max(0, Math.min(tries - 2, 16));
    long capped = Math.min(millis, limits.longestRetry().toMillis());
    return Duration.ofMillis(capped / 2 + random.nextLong(capped / 2 + 1));
  }
}
