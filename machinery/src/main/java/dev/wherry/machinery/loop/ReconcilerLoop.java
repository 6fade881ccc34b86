package dev.wherry.machinery.loop;

import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Workers that take keys from a queue; failed keys come back, conflicts without a word. */
public final class ReconcilerLoop<K> implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ReconcilerLoop.class.getName());

  private final String name;
  private final WorkQueue<K> queue;
  private final Reconciler<K> reconciler;
  private final List<Thread> workers = new ArrayList<>();

  private ReconcilerLoop(String name, WorkQueue<K> queue, Reconciler<K> reconciler) {
    this.name = name;
    this.queue = queue;
    this.reconciler = reconciler;
  }

  /**
   * Starts the workers; closing the loop closes the queue too.
   *
   * @param name for logs and thread names
   */
  public static <K> ReconcilerLoop<K> start(
      String name, WorkQueue<K> queue, int workers, Reconciler<K> reconciler) {
    ReconcilerLoop<K> loop = new ReconcilerLoop<>(name, queue, reconciler);
    for (int i = 0; i < workers; i++) {
      loop.workers.add(Thread.ofVirtual().name(name + "-" + i).start(loop::work));
    }
    return loop;
  }

  /**
   * Deals with one ready key on the caller's thread: how a test with a virtual clock drives a loop
   * without workers.
   *
   * @return false when no key was ready
   */
  public static <K> boolean step(String name, WorkQueue<K> queue, Reconciler<K> reconciler)
      throws InterruptedException {
    Optional<K> key = queue.poll();
    if (key.isPresent()) {
      new ReconcilerLoop<>(name, queue, reconciler).deal(key.get());
    }
    return key.isPresent();
  }

  private void work() {
    try {
      while (true) {
        Optional<K> key = queue.take();
        if (key.isEmpty()) {
          return;
        }
        deal(key.get());
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void deal(K key) throws InterruptedException {
    try {
      settle(key, attempt(key));
    } finally {
      queue.done(key);
    }
  }

  private Outcome attempt(K key) throws InterruptedException {
    try {
      return reconciler.reconcile(key);
    } catch (ApiException e) {
      // Somebody else was faster: the informer will show what came of it.
      boolean raced = e.reason() == Reason.CONFLICT || e.reason() == Reason.ALREADY_EXISTS;
      LOG.log(
          raced ? Level.DEBUG : Level.WARNING,
          "loop={0} key={1} failed why={2}",
          name,
          key,
          e.text());
      return new Outcome.Retry(e.text());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "loop=" + name + " key=" + key + " failed", e);
      return new Outcome.Retry(String.valueOf(e.getMessage()));
    }
  }

  private void settle(K key, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done() -> queue.forget(key);
      case Outcome.Again(java.time.Duration after) -> {
        queue.forget(key);
        queue.addAfter(key, after);
      }
      case Outcome.Retry(String _) -> queue.addRateLimited(key);
    }
  }

  @Override
  public void close() {
    queue.close();
    workers.forEach(Thread::interrupt);
  }
}
