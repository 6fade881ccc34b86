package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.probe.ProbeCount;
import dev.wherry.model.core.v1.Pod;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** All pods of the node, one worker each by uid. Safe for many threads. */
public final class PodWorkers implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PodWorkers.class.getName());

  /** A worker that hangs in a call must not keep the agent from ending. */
  private static final Duration END_MAX = Duration.ofSeconds(5);

  private final PodParts parts;
  private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
  private volatile boolean shutDown;

  public PodWorkers(PodParts parts) {
    this.parts = parts;
    parts.preemption().serve(this::evict);
  }

  /** A pod bound to this node appeared or changed. */
  public void update(Pod pod) {
    PodView view = PodView.of(pod);
    workers.compute(
        view.uid(),
        (uid, known) -> {
          if (known != null) {
            known.update(view);
            return known;
          }
          if (Entrance.isIn(view)) {
            parts.room().keep(view);
          }
          PodWorker fresh = new PodWorker(parts, view, () -> workers.remove(uid));
          if (shutDown) {
            fresh.startNone();
          }
          fresh.start();
          return fresh;
        });
  }

  /** A pod's object is gone from the API. */
  public void gone(Pod pod) {
    PodWorker worker = workers.get(pod.metadata().uid());
    if (worker != null) {
      worker.gone();
    }
  }

  /** Has a pod's whole status sent again. */
  public void tellAgain(String uid) {
    PodWorker worker = workers.get(uid);
    if (worker != null) {
      worker.tellAgain();
    }
  }

  /** Ends a pod for good; nothing where it is not here. */
  public void evict(String uid, PodEviction eviction) {
    PodWorker worker = workers.get(uid);
    if (worker != null) {
      worker.evict(eviction);
    }
  }

  /** From now on no pod that comes is started. */
  void startNone() {
    shutDown = true;
  }

  /**
   * The machine ends, and with it a pod's containers; the API is told what has ended, and that the
   * pod is over only where nothing of it would have been started again.
   *
   * @param grace at most for each container
   * @param ended is called when nothing of it runs any more
   */
  void shutDown(String uid, Duration grace, Runnable ended) {
    PodWorker worker = workers.get(uid);
    if (worker == null) {
      ended.run();
    } else {
      worker.shutDown(grace, ended);
    }
  }

  /** Whether nothing of a pod runs any more and nothing will. */
  public boolean isOver(String uid) {
    PodWorker worker = workers.get(uid);
    return worker == null || worker.over();
  }

  /** Something happened to these pods' containers. */
  public void wake(Collection<String> uids) {
    for (String uid : uids) {
      PodWorker worker = workers.get(uid);
      if (worker != null) {
        worker.wake();
      }
    }
  }

  /** The uids there are workers for. */
  public Set<String> uids() {
    return Set.copyOf(workers.keySet());
  }

  /** The newest version of a pod by name. */
  public Optional<PodView> find(String namespace, String name) {
    return workers.values().stream()
        .map(PodWorker::view)
        .filter(v -> v.namespace().equals(namespace) && v.name().equals(name))
        .reduce((a, b) -> a.deleted() ? b : a);
  }

  /** All pods. */
  public Collection<PodView> pods() {
    return workers.values().stream().map(PodWorker::view).toList();
  }

  /** What the probes of all pods have found so far. */
  public void probeCounts(BiConsumer<PodView, ProbeCount> sink) {
    for (PodWorker worker : workers.values()) {
      worker.probeCounts().forEach(count -> sink.accept(worker.view(), count));
    }
  }

  public boolean idle() {
    return workers.isEmpty();
  }

  /** Ends all workers and waits for them; every container goes on. */
  @Override
  public void close() {
    List<PodWorker> all = List.copyOf(workers.values());
    all.forEach(PodWorker::stop);
    Instant end = parts.clock().instant().plus(END_MAX);
    try {
      for (PodWorker worker : all) {
        Duration left = Duration.between(parts.clock().instant(), end);
        if (!worker.awaitEnd(left.isNegative() ? Duration.ZERO : left)) {
          LOG.log(Level.WARNING, "a pod's worker does not end pod={0}", worker.view().identity());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
