package dev.wherry.runtime.builtin.sandbox;

import dev.wherry.runtime.builtin.shim.Supervised;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A sandbox that is known.
 *
 * @param lock held by the one call that changes it
 */
record SandboxEntry(SandboxRecord record, Supervised supervised, ReentrantLock lock) {
  boolean isReady() {
    return supervised.phase() instanceof Supervised.Phase.Running;
  }
}
