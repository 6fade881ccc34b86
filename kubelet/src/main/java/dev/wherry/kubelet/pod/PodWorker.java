package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.probe.ProbeCheck;
import dev.wherry.kubelet.probe.ProbeCount;
import dev.wherry.kubelet.probe.ProbeKind;
import dev.wherry.kubelet.probe.ProbeResult;
import dev.wherry.kubelet.probe.ProbeTarget;
import dev.wherry.kubelet.probe.Probes;
import dev.wherry.kubelet.volume.MountedObjects;
import dev.wherry.kubelet.volume.Volumes;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Drives one pod from its first sight to its removal: observe, decide, act, report, wait. One
 * virtual thread owns everything here but the newest pod, which the informer hands over.
 */
final class PodWorker {
  private static final System.Logger LOG = System.getLogger(PodWorker.class.getName());

  /** Volumes are looked at this often although nothing told of a change. */
  private static final Duration REFRESH = Duration.ofMinutes(30);

  /** After volumes could not be written again. */
  private static final Duration REFRESH_RETRY = Duration.ofSeconds(60);

  /** A pod that nothing happens to is looked at this often all the same. */
  private static final Duration QUIET = Duration.ofMinutes(5);

  /** A resize that did not succeed is tried again after this. */
  private static final Duration RESIZE_RETRY = Duration.ofSeconds(10);

  private static final Duration RETRY_MIN = Duration.ofSeconds(1);
  private static final Duration RETRY_MAX = Duration.ofSeconds(30);

  private final PodParts parts;
  private final AtomicReference<PodView> newest;
  private final PodInbox inbox = new PodInbox();
  private final PodMemory memory = new PodMemory();
  private final Entrance entrance;
  private final Resizer resizer;
  private final PodRunner runner;
  private final CpuCare cpus;
  private final PodReport report;
  private final Probes probes;
  private final Runnable finished;
  private volatile @Nullable Thread thread;
  private volatile boolean over;
  private PodObservation observed;
  private Instant refreshAt;

  /** A pod that ends gets no new files, whatever changes. */
  private boolean refreshes;

  /** Whether the last try to write volumes again did so. */
  private boolean refreshed = true;

  private Instant wakeAt = Instant.MAX;
  private boolean remembered;
  private Runnable onOver = () -> {};
  private Duration retry = RETRY_MIN;

  PodWorker(PodParts parts, PodView pod, Runnable finished) {
    this.parts = parts;
    this.newest = new AtomicReference<>(pod);
    this.entrance = new Entrance(parts, memory);
    this.resizer = new Resizer(parts, inbox::wake);
    this.runner = new PodRunner(parts, memory, inbox, resizer);
    this.cpus = new CpuCare(parts);
    this.report = new PodReport(parts, memory, resizer);
    this.probes =
        new Probes(
            new ProbeCheck(parts.runtime()),
            parts.clock(),
            parts.random(),
            inbox::send,
            new ProbeListener());
    this.finished = finished;
    this.observed = PodObservation.none(pod.uid());
    this.refreshAt = parts.clock().instant().plus(REFRESH);
  }

  void start() {
    PodView pod = view();
    parts.news().follow(pod.uid(), MountedObjects.of(pod), this::refresh);
    thread = Thread.ofVirtual().name("pod-" + pod.namespace() + "-" + pod.name()).start(this::run);
  }

  /** Nothing of it is ever started: the machine ends. Before {@link #start}. */
  void startNone() {
    memory.shutdown = Duration.ZERO;
  }

  /** Ends the worker and leaves its containers as they are; any thread. */
  void stop() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  /** Whether the worker has ended within so long; any thread. */
  boolean awaitEnd(Duration atMost) throws InterruptedException {
    Thread running = thread;
    return running == null || running.join(atMost);
  }

  /** A newer version of the pod; any thread. */
  void update(PodView pod) {
    PodView before = newest.getAndSet(pod);
    if (before != null && !sameDownward(before, pod)) {
      refresh();
    }
    inbox.wake();
  }

  /** What the pod mounts has changed; any thread. */
  private void refresh() {
    inbox.send(() -> refreshAt = Instant.MIN);
  }

  /** Whether volumes that show the pod itself show the same. */
  private static boolean sameDownward(PodView one, PodView other) {
    return one.meta().labels().equals(other.meta().labels())
        && one.meta().annotations().equals(other.meta().annotations());
  }

  /** The API object is gone; any thread. */
  void gone() {
    inbox.send(() -> memory.objectGone = true);
  }

  /** The API knows nothing of its status; any thread. */
  void tellAgain() {
    inbox.send(report::forget);
  }

  /** The node ends it; any thread. The first such word stays. */
  void evict(PodEviction eviction) {
    inbox.send(() -> {
      if (memory.eviction == null) {
        memory.eviction = eviction;
      }
    });
  }

  /**
   * The machine ends: so do its containers, in order, and none starts any more; any thread.
   *
   * @param grace at most for each
   * @param ended is called when nothing of it runs any more
   */
  void shutDown(Duration grace, Runnable ended) {
    inbox.send(() -> {
      memory.shutdown = grace;
      onOver = ended;
    });
  }

  /** Whether nothing of it runs any more and nothing will; any thread. */
  boolean over() {
    return over;
  }

  /** Something happened to its containers; any thread. */
  void wake() {
    inbox.wake();
  }

  /** What the pod's probes have found so far; any thread. */
  List<ProbeCount> probeCounts() {
    return probes.counts();
  }

  PodView view() {
    return java.util.Objects.requireNonNull(newest.get(), "a worker has a pod");
  }

  private void run() {
    try {
      boolean gone = false;
      while (!gone) {
        Duration pause = QUIET;
        try {
          gone = round();
          retry = RETRY_MIN;
          pause = gone ? Duration.ZERO : pause();
        } catch (CriException | ApiException | IOException e) {
          if (!Thread.currentThread().isInterrupted()) {
            LOG.log(Level.WARNING, "pod sync failed pod={0}: {1}", view().identity(), e.toString());
          }
          pause = retry;
          retry =
              retry.multipliedBy(2).compareTo(RETRY_MAX) > 0 ? RETRY_MAX : retry.multipliedBy(2);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "pod sync broke pod=" + view().identity(), e);
          pause = RETRY_MAX;
        }
        if (!gone) {
          inbox.await(pause);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      probes.keepOnly(Set.of());
      parts.room().release(view().uid());
      parts.news().forget(view().uid());
      finished.run();
    }
  }

  /** What the pod held of the node is others'. */
  private void leave(String uid) {
    parts.room().release(uid);
    parts.shares().release(uid);
  }

  private Duration pause() {
    Instant now = parts.clock().instant();
    Instant at = wakeAt;
    if (refreshes && Volumes.refreshable(view()) && refreshDue().isBefore(at)) {
      at = refreshDue();
    }
    return pause(now, at);
  }

  /** From now to a moment, however far away either of the ends of time is. */
  static Duration pause(Instant now, Instant at) {
    if (!at.isAfter(now)) {
      return Duration.ZERO;
    }
    return at.isAfter(now.plus(QUIET)) ? QUIET : Duration.between(now, at);
  }

  private boolean round() throws IOException, InterruptedException {
    long began = System.nanoTime();
    boolean first = !remembered;
    boolean gone = sync();
    PodCounts.Round kind = first ? PodCounts.Round.CREATE : PodCounts.Round.SYNC;
    parts.counts().looked(refreshes ? kind : PodCounts.Round.KILL, System.nanoTime() - began);
    return gone;
  }

  /** One round; true when the pod is over and everything of it is removed. */
  private boolean sync() throws IOException, InterruptedException {
    PodView wanted = report.effective(view());
    entrance.decide(wanted);
    PodView pod = resizer.settle(wanted);
    observe(pod);
    Instant now = parts.clock().instant();
    PodFacts facts = memory.facts(pod, observed, resizer.restarting(pod, observed), now);
    PodDecision decision = PodDecider.decide(pod, observed, facts, now);
    report.noteBackOffs(pod, observed, decision, now);
    boolean changed = false;
    for (PodAction action : decision.actions()) {
      changed |= runner.apply(pod, observed, action);
    }
    if (changed) {
      observe(pod);
    }
    refreshes = decision.goal() == PodDecision.Goal.RUN;
    refresh(pod, decision, now);
    resizer.carryOut(pod, observed);
    boolean bound = cpus.carryOut(pod, observed);
    publish(pod, decision);
    wakeAt = changed ? now : earliest(decision);
    if (!bound && now.plus(RESIZE_RETRY).isBefore(wakeAt)) {
      wakeAt = now.plus(RESIZE_RETRY);
    }
    if (decision.goal() == PodDecision.Goal.RUN) {
      return false;
    }
    if (decision.goal() == PodDecision.Goal.ENDED && !over) {
      leave(pod.uid());
      runner.releaseVolumes(pod);
      over = true;
    }
    if (over) {
      onOver.run();
      onOver = () -> {};
    }
    runner.cancelPulls();
    boolean leaving = memory.objectGone || pod.deleted();
    return decision.goal() == PodDecision.Goal.ENDED && leaving && remove(pod);
  }

  /** A machine that ends does not wait for a server that is away. */
  private void publish(PodView pod, PodDecision decision) {
    try {
      report.publish(pod, observed, decision, probes.ready());
    } catch (ApiException e) {
      if (memory.shutdown == null) {
        throw e;
      }
    }
  }

  private Instant earliest(PodDecision decision) {
    Instant at = decision.wakeAt().orElse(Instant.MAX);
    if (decision.goal() == PodDecision.Goal.RUN) {
      Instant now = parts.clock().instant();
      if (resizer.unfinished() && now.plus(RESIZE_RETRY).isBefore(at)) {
        at = now.plus(RESIZE_RETRY);
      }
      for (Instant retryAt : memory.retryAt.values()) {
        if (retryAt.isAfter(now) && retryAt.isBefore(at)) {
          at = retryAt;
        }
      }
      if (memory.sandboxRetryAt.isAfter(now) && memory.sandboxRetryAt.isBefore(at)) {
        at = memory.sandboxRetryAt;
      }
    }
    return at;
  }

  private void observe(PodView pod) {
    observed = report.withMessages(pod, parts.runtime().lists().observe(pod.uid(), observed));
    if (!remembered) {
      remembered = true;
      report.remember(pod, probes);
    }
    memory.keepOnly(observed);
    if (pod.deleted()) {
      probes.quiet();
    }
    Set<String> running = new HashSet<>();
    String ip = runner.addresses(pod, observed).podIps().stream().findFirst().orElse("");
    for (ContainerSnapshot container : observed.containers()) {
      if (!container.running()) {
        continue;
      }
      running.add(container.id());
      Optional<Container> spec = pod.container(container.name()).map(PodView.Named::container);
      if (spec.isPresent() && !memory.hooksRunning.contains(container.id())) {
        probes.watch(new ProbeTarget(container.id(), spec.get(), ip, container.startedAt()));
        if (probes.started(container.id())) {
          memory.started.add(container.id());
          probes.watch(new ProbeTarget(container.id(), spec.get(), ip, container.startedAt()));
        }
      }
    }
    probes.keepOnly(running);
  }

  private void refresh(PodView pod, PodDecision decision, Instant now) {
    if (decision.goal() != PodDecision.Goal.RUN || now.isBefore(refreshDue())) {
      return;
    }
    boolean fresh =
        !Volumes.refreshable(pod) || !observed.anyRunning() || runner.refreshVolumes(pod, observed);
    refreshAt = now.plus(fresh ? REFRESH : REFRESH_RETRY);
    refreshed = fresh && observed.anyRunning();
  }

  /** Stale tokens do not hurry it where they could not be written. */
  private Instant refreshDue() {
    Instant stale = runner.volumesStaleAt();
    return refreshed && stale.isBefore(refreshAt) ? stale : refreshAt;
  }

  /** Removes what is left, the API object last but one, so that a crash in between is made good. */
  private boolean remove(PodView pod) throws IOException {
    runner.removeLocal(pod);
    if (!memory.objectGone) {
      parts.api().delete(pod.pod());
    }
    for (ContainerSnapshot container : observed.containers()) {
      parts.runtime().removeContainer(container.id());
    }
    observed.sandboxes().forEach(sandbox -> parts.runtime().removeSandbox(sandbox.id()));
    dev.wherry.kubelet.volume.Trees.delete(
        parts.dirs().logs(pod.namespace(), pod.name(), pod.uid()));
    LOG.log(Level.INFO, "pod removed pod={0}", pod.identity());
    return true;
  }

  /** Probes' bad news. */
  private final class ProbeListener implements Probes.Listener {
    @Override
    public void unhealthy(ProbeTarget target, ProbeKind kind) {
      memory.unhealthy.put(target.containerId(), kind);
    }

    @Override
    public void told(ProbeTarget target, ProbeKind kind, ProbeResult result) {
      parts
          .events()
          .record(
              view().pod(),
              view().fieldPath(target.container()),
              PodEvents.Type.WARNING,
              result.reason(),
              result.message(kind));
    }
  }
}
