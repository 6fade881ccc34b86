package dev.wherry.kubelet.pod;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A worker's bounded inbox: messages run on the worker's thread, wakes are merged. */
final class PodInbox {
  private static final int MESSAGES_MAX = 256;
  private static final Runnable LOOK = () -> {};

  private final BlockingQueue<Runnable> messages = new ArrayBlockingQueue<>(MESSAGES_MAX);
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Makes the worker look again; never blocks. */
  void wake() {
    if (woken.compareAndSet(false, true) && !messages.offer(LOOK)) {
      woken.set(false);
    }
  }

  /** Hands a message to the worker; waits while the inbox is full. */
  void send(Runnable message) {
    try {
      messages.put(message);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a message or for the time to pass, and runs all there are. For the worker only. */
  void await(Duration atMost) throws InterruptedException {
    long millis = atMost.isNegative() ? 0 : atMost.toMillis();
    Runnable first = messages.poll(millis, TimeUnit.MILLISECONDS);
    woken.set(false);
    while (first != null) {
      first.run();
      first = messages.poll();
    }
  }
}
