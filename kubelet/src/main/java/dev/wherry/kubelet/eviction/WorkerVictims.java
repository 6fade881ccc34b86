package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.pod.PodEvents;
import dev.wherry.kubelet.pod.PodEviction;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The pods that have workers. For the eviction's thread. */
final class WorkerVictims implements Victims {
  private static final System.Logger LOG = System.getLogger(WorkerVictims.class.getName());

  private final PodParts parts;
  private final PodWorkers workers;
  private final Set<String> chosen = new HashSet<>();

  WorkerVictims(PodParts parts, PodWorkers workers) {
    this.parts = parts;
    this.workers = workers;
  }

  @Override
  public List<PodView> active() {
    chosen.retainAll(workers.uids());
    return workers.pods().stream()
        .filter(pod -> !pod.terminal() && !pod.deleted() && !chosen.contains(pod.uid()))
        .filter(pod -> !workers.isOver(pod.uid()))
        .toList();
  }

  @Override
  public void evict(
      PodView pod, String signal, String message, Duration grace, boolean disruption) {
    chosen.add(pod.uid());
    parts.counts().evicted(signal);
    LOG.log(Level.INFO, "pod evicted pod={0}: {1}", pod.identity(), message);
    parts.events().record(pod.pod(), "", PodEvents.Type.WARNING, PodEviction.REASON, message);
    workers.evict(pod.uid(), new PodEviction(PodEviction.REASON, message, grace, disruption));
  }

  @Override
  public boolean isOver(String uid) {
    return workers.isOver(uid);
  }
}
