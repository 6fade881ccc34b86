package dev.wherry.store.horizon;

import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import java.lang.System.Logger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Moves a store's horizon on. It remembers which revision was the newest at each look; those from
 * before a restart it does not know, so they are kept for the full time again.
 */
public final class HorizonKeeper implements AutoCloseable {
  private static final Logger LOG = System.getLogger(HorizonKeeper.class.getName());

  private final Store store;
  private final HorizonPolicy policy;
  private final InstantSource clock;
  private final ArrayDeque<Look> looks = new ArrayDeque<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  private record Look(Instant at, long revision) {}

  public HorizonKeeper(Store store, HorizonPolicy policy, InstantSource clock) {
    this.store = store;
    this.policy = policy;
    this.clock = clock;
  }

  /** Looks at every interval, on a thread of its own, until this is closed or the store is. */
  public void start() {
    Thread.ofVirtual().name("store-horizon").start(this::loop);
  }

  private void loop() {
    try {
      while (!closed.await(policy.interval().toMillis(), TimeUnit.MILLISECONDS)) {
        lookAndTell();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What fails now, a full disk for instance, may work at the next look. */
  private void lookAndTell() {
    try {
      look();
    } catch (StoreException e) {
      LOG.log(Logger.Level.WARNING, "horizon not moved: reason={0}", e.getMessage());
    }
  }

  /** One look; for the thread that owns this. */
  void look() {
    Instant now = clock.instant();
    Look last = looks.peekLast();
    if (last == null || last.revision() < store.currentRevision()) {
      looks.addLast(new Look(now, store.currentRevision()));
    }
    compactTo(oldEnough(now));
    while (!looks.isEmpty() && store.historyBytes() > policy.historyBytesMax()) {
      compactTo(looks.removeFirst().revision());
    }
  }

  /** The newest revision known to be older than what is kept; 0 for none. */
  private long oldEnough(Instant now) {
    Instant oldest = now.minus(policy.kept());
    long revision = 0;
    while (!looks.isEmpty() && !looks.getFirst().at().isAfter(oldest)) {
      revision = looks.removeFirst().revision();
    }
    return revision;
  }

  private void compactTo(long revision) {
    if (revision > store.compactedRevision()) {
      store.compact(revision);
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
