package dev.wherry.runtime.images.snapshot;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps the removal of unused layers away from those who are about to use them: a layer is unpacked
 * before the image that names it is recorded.
 */
final class UseGate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final AtomicBoolean wanted = new AtomicBoolean();

  LayerUse use() {
    lock.readLock().lock();
    return lock.readLock()::unlock;
  }

  /** Runs when nobody is in the middle of a use; else it is owed. */
  void sweep(Runnable sweep) {
    wanted.set(true);
    while (wanted.get() && lock.writeLock().tryLock()) {
      try {
        if (wanted.compareAndSet(true, false)) {
          sweep.run();
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** Whether a sweep is owed. */
  boolean owed() {
    return wanted.get();
  }
}
