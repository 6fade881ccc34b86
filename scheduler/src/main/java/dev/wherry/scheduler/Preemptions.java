package dev.wherry.scheduler;

import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Victims being taken away, each preemptor's on a virtual thread of its own (KEP-4832). Until they
 * are all marked for deletion the preemptor is not tried, else it would take more. The sets belong
 * to the loop.
 */
final class Preemptions implements AutoCloseable {
  /** The plugin's name, which asks for no event: the end of the preemption brings the pod back. */
  static final String PLUGIN = "DefaultPreemption";

  /** Preemptions that write at the same time; further ones wait for their turn. */
  private static final int WRITING_MAX = 64;

  private static final System.Logger LOG = System.getLogger(Preemptions.class.getName());

  private final ClusterWriter writer;
  private final Consumer<Inbox> loop;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore writing = new Semaphore(WRITING_MAX);
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
   * @param pod nominated to the node
   * @param displaced pods whose nomination to the node has ended
   */
  void begin(PodView pod, List<PodView> victims, List<PodView> displaced) {
    underWay.add(pod.key());
    threads.execute(() -> {
      boolean done = false;
      try {
        writing.acquire();
        try {
          write(pod, victims, displaced);
          done = true;
        } finally {
          writing.release();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "preemption=failed pod={0} why=\"{1}\"",
            pod.key(),
            e.getMessage());
      } finally {
        loop.accept(new Inbox.PreemptEnded(pod.key(), !done));
      }
    });
  }

  private void write(PodView pod, List<PodView> victims, List<PodView> displaced) {
    String node = pod.standing().nominatedNode();
    writer.nominate(pod, node);
    for (PodView other : displaced) {
      writer.nominate(other, "");
    }
    for (PodView victim : victims) {
      if (!victim.deleting()) {
        writer.preempt(pod, victim, node);
      }
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
