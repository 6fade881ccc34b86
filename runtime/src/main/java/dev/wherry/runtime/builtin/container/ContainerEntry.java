package dev.wherry.runtime.builtin.container;

import dev.wherry.runtime.builtin.shim.Supervised;
import java.util.concurrent.locks.ReentrantLock;

/** A container that is known. Its record changes under its lock. */
final class ContainerEntry {
  private final Supervised supervised;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile ContainerRecord record;

  ContainerEntry(ContainerRecord record, Supervised supervised) {
    this.record = record;
    this.supervised = supervised;
  }

  ContainerRecord record() {
    return record;
  }

  /** Only under the lock. */
  void replace(ContainerRecord changed) {
    record = changed;
  }

  Supervised supervised() {
    return supervised;
  }

  ReentrantLock lock() {
    return lock;
  }
}
