package dev.wherry.scheduler;

import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Victims being taken away, each on a virtual thread of its own (KEP-4832). Until a preemptor's are
 * all marked for deletion it is not tried, else it would take more. The sets belong to the loop.
 */
final class Preemptions implements AutoCloseable {
  /** Writes under way at a time; further ones wait for their turn. */
  private static final int WRITES_MAX = 256;

  private static final System.Logger LOG = System.getLogger(Preemptions.class.getName());

  private final ClusterWriter writer;
  private final Consumer<Inbox> loop;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore writing = new Semaphore(WRITES_MAX);
  private final Set<PodKey> underWay = new HashSet<>();
  private final Set<PodKey> heldBack = new HashSet<>();

  Preemptions(ClusterWriter writer, Consumer<Inbox> loop) {
    this.writer = writer;
    this.loop = loop;
  }

  /** Whether the pod has to wait; if so, {@link #ended} will tell of it. */
  boolean holdsBack(PodKey key) {
    return underWay.contains(key) && (heldBack.contains(key) || heldBack.add(key));
  }

  /**
   * Writes everything at once, as upstream does; the loop is told when all has ended.
   *
   * @param pod nominated to the node
   * @param why what is to be said of the pod with its nomination; "" where it was said before
   * @param displaced pods whose nomination to the node has ended
   */
  void begin(PodView pod, String why, List<PodView> victims, List<PodView> displaced) {
    underWay.add(pod.key());
    String node = pod.standing().nominatedNode();
    List<Runnable> writes = new ArrayList<>();
    writes.add(
        why.isEmpty() ? () -> writer.nominate(pod, node) : () -> writer.reportNominated(pod, why));
    displaced.forEach(other -> writes.add(() -> writer.nominate(other, "")));
    for (PodView victim : victims) {
      if (!victim.deleting()) {
        writes.add(() -> writer.preempt(pod, victim, node));
      }
    }
    AtomicInteger left = new AtomicInteger(writes.size());
    AtomicBoolean failed = new AtomicBoolean();
    for (Runnable write : writes) {
      threads.execute(() -> {
        if (!write(write, pod.key())) {
          failed.set(true);
        }
        if (left.decrementAndGet() == 0) {
          loop.accept(new Inbox.PreemptEnded(pod.key(), failed.get()));
        }
      });
    }
  }

  /** Returns whether it succeeded. */
  private boolean write(Runnable write, PodKey preemptor) {
    try {
      writing.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      write.run();
      return true;
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "preemption=failed pod={0} why=\"{1}\"",
          preemptor,
          e.getMessage());
      return false;
    } finally {
      writing.release();
    }
  }

  /** Returns whether the pod was held back meanwhile. */
  boolean ended(PodKey key) {
    underWay.remove(key);
    return heldBack.remove(key);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
