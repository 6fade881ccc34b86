package dev.wherry.network.proxy;

import dev.wherry.machinery.informer.ObjectKey;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What there is to do, told by informers and by the kernel. Bounded by the number of Services: each
 * waits in it once.
 */
final class Inbox {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private Set<ObjectKey> services = new LinkedHashSet<>();
  private boolean everything;
  private boolean neighbours;
  private boolean closed;

  /**
   * All that waited.
   *
   * @param everything the whole table is to be made again
   * @param neighbours another owner's table may need a look
   */
  record Batch(Set<ObjectKey> services, boolean everything, boolean neighbours) {}

  void service(ObjectKey key) {
    tell(() -> services.add(key));
  }

  void everything() {
    tell(() -> everything = true);
  }

  void neighbours() {
    tell(() -> neighbours = true);
  }

  void close() {
    tell(() -> closed = true);
  }

  private void tell(Runnable change) {
    lock.lock();
    try {
      change.run();
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for something; empty when the inbox was closed. */
  Optional<Batch> take() throws InterruptedException {
    lock.lock();
    try {
      while (services.isEmpty() && !everything && !neighbours && !closed) {
        news.await();
      }
      if (closed) {
        return Optional.empty();
      }
      Batch batch = new Batch(services, everything, neighbours);
      services = new LinkedHashSet<>();
      everything = false;
      neighbours = false;
      return Optional.of(batch);
    } finally {
      lock.unlock();
    }
  }
}
