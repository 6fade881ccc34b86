package dev.wherry.kubelet;

import dev.wherry.kubelet.admission.NodeRoom;
import java.time.Duration;

/** Opens the node to new pods when all that were here before are known. One virtual thread. */
final class Doorkeeper implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMinutes(1);

  private final Thread thread;

  /** Whether the pods were known in time. */
  interface PodsKnown {
    boolean await(Duration atMost) throws InterruptedException;
  }

  /**
   * @param before run when the earlier pods are known and no new one is let in yet
   */
  Doorkeeper(PodsKnown known, Runnable before, NodeRoom room) {
    thread = Thread.ofVirtual().name("doorkeeper").unstarted(() -> open(known, before, room));
  }

  void start() {
    thread.start();
  }

  private static void open(PodsKnown known, Runnable before, NodeRoom room) {
    try {
      boolean all = false;
      while (!all) {
        all = known.await(LOOK);
      }
      before.run();
      room.open();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
