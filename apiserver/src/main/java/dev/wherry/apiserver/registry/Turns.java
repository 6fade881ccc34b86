package dev.wherry.apiserver.registry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writers of one object who lost a race go on one after the other, in their order, so that many at
 * once all come through. Nobody waits who has not lost, and nobody waits for long: one writer's
 * admission may hang on a webhook.
 */
final class Turns {
  private static final int STRIPES = 64;
  private static final Duration WAIT_MAX = Duration.ofSeconds(1);

  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  Turns() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock(true);
    }
  }

  /** For one change of the object at this key. */
  Turn of(String key) {
    return new Turn(stripes[Math.floorMod(key.hashCode(), STRIPES)]);
  }

  /** One writer's; it belongs to one thread. */
  static final class Turn implements AutoCloseable {
    private final ReentrantLock stripe;

    private Turn(ReentrantLock stripe) {
      this.stripe = stripe;
    }

    /** Waits for the others who lost; does nothing when it is this writer's turn already. */
    void take() {
      if (stripe.isHeldByCurrentThread()) {
        return;
      }
      try {
        // Not taken in time is no failure: the writer goes on beside the others.
        stripe.tryLock(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      if (stripe.isHeldByCurrentThread()) {
        stripe.unlock();
      }
    }
  }
}
