package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far the tables are. A batch is answered once the journal holds it and put into the tables
 * right after, while those who were answered make up their next write; who reads meanwhile waits
 * here, so that every read sees what was acknowledged before it began.
 */
final class Applied {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile long revision;
  private @Nullable StoreException failure;

  Applied(long revision) {
    this.revision = revision;
  }

  /** The tables hold everything up to here. */
  void reached(long upTo) {
    change(upTo, null);
  }

  /** The tables refuse what comes next; the journal holds it, and the writer tries again. */
  void refused(StoreException why) {
    change(revision, why);
  }

  private void change(long upTo, @Nullable StoreException why) {
    lock.lock();
    try {
      revision = upTo;
      failure = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the tables hold a revision, which the writer is about to put there.
   *
   * @throws StoreException what the tables said when they refused it
   */
  void await(long wanted) {
    if (revision >= wanted) {
      return;
    }
    lock.lock();
    try {
      while (revision < wanted) {
        if (failure != null) {
          throw failure instanceof StoreException.Full
              ? new StoreException.Full(failure)
              : new StoreException.Unavailable(String.valueOf(failure.getMessage()), failure);
        }
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException.Unavailable("interrupted while waiting for the store", e);
    } finally {
      lock.unlock();
    }
  }
}
