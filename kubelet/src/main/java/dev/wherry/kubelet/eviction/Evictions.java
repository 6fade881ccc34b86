package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.machinery.time.Bell;
import dev.wherry.machinery.time.Timer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks at the node's signals every ten seconds and whenever the kernel tells of a memory stall;
 * asks what pods use only when a threshold is broken or a pod has a limit on its disk. Ends at most
 * one pod at a look for the node's sake, and waits until it is over. One platform thread.
 */
public final class Evictions implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Evictions.class.getName());

  /** Upstream's evictionMonitoringPeriod. */
  static final Duration LOOK = Duration.ofSeconds(10);

  private static final Duration GRACE_AT_ONCE = Duration.ofSeconds(1);
  private static final Duration OVER_MAX = Duration.ofSeconds(30);
  private static final Duration OVER_LOOK = Duration.ofMillis(500);

  /** Measuring pods' disks takes at most one part in so many of the time. */
  private static final int MEASURING_SHARE = 20;

  private final EvictionSettings settings;
  private final NodeSide node;
  private final Victims victims;
  private final PressureGate gate;
  private final Timer clock;
  private final Bell bell;
  private final MemoryStalls stalls;
  private final Thread thread;
  private Judgement judgement = Judgement.QUIET;
  private Instant measureAt = Instant.MIN;
  private volatile boolean closed;

  /** What the loop needs of the node; called by its thread only. */
  interface NodeSide {
    Map<Signal, Observed> signals() throws IOException;

    boolean ownImageDisk() throws IOException;

    /** By uid. */
    Map<String, PodUsage> usage(List<PodView> pods);

    /** Gives disk back without ending anything. */
    void reclaim();

    /** A threshold is broken and this resource is short. */
    void tell(String resource);

    /** The node's conditions have changed. */
    void changed();
  }

  Evictions(
      EvictionSettings settings, NodeSide node, Victims victims, PressureGate gate, Timer clock) {
    this.settings = settings;
    this.node = node;
    this.victims = victims;
    this.gate = gate;
    this.clock = clock;
    this.bell = new Bell(clock);
    this.stalls = new MemoryStalls(bell::ring);
    this.thread = Thread.ofPlatform().daemon().name("eviction").unstarted(this::run);
  }

  /**
   * For this machine.
   *
   * @param tell takes the resource that is short, for an event of the node
   * @param changed run when the node's conditions have changed; must be short
   */
  public static Evictions of(
      PodParts parts, PodWorkers workers, Consumer<String> tell, Runnable changed) {
    return new Evictions(
        parts.config().settings().eviction(),
        new LocalNodeSide(parts, workers, tell, changed),
        new WorkerVictims(parts, workers),
        parts.gate(),
        parts.clock());
  }

  /** Starts the loop; news of memory stalls only where the kernel has them. */
  public void start() {
    boolean told = stalls.start(Path.of("/proc/pressure/memory"));
    LOG.log(Level.DEBUG, "eviction begins stalls={0}", told);
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        boolean again = false;
        try {
          again = look();
        } catch (IOException | CriException e) {
          LOG.log(Level.WARNING, "the node's pressure is not known: {0}", e.toString());
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "eviction broke", e);
        }
        if (!again) {
          bell.rest(LOOK);
        }
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "eviction ended");
    }
  }

  /** One look; true when a pod had to go, so that one looks again at once. */
  boolean look() throws IOException, InterruptedException {
    Map<Signal, Observed> observed = node.signals();
    Instant now = clock.instant();
    judgement = judgement.next(settings, observed, now);
    if (gate.set(judgement.pressures())) {
      LOG.log(Level.INFO, "pressure={0}", judgement.pressures());
      node.changed();
    }
    if (enforceLimits(now)) {
      return true;
    }
    return !judgement.due().isEmpty() && relieve(judgement.due(), observed);
  }

  /** Ends pods that do not keep to their own limits on disk. */
  private boolean enforceLimits(Instant now) throws IOException {
    List<PodView> limited = victims.active().stream().filter(StorageLimits::limited).toList();
    if (limited.isEmpty() || now.isBefore(measureAt)) {
      return false;
    }
    boolean ownImageDisk = node.ownImageDisk();
    Map<String, PodUsage> usage = node.usage(limited);
    Instant end = clock.instant();
    measureAt = end.plus(Duration.between(now, end).multipliedBy(MEASURING_SHARE));
    boolean any = false;
    for (PodView pod : limited) {
      Optional<StorageLimits.Broken> broken =
          Optional.ofNullable(usage.get(pod.uid()))
              .flatMap(used -> StorageLimits.broken(pod, used, ownImageDisk));
      if (broken.isPresent() && !CriticalPods.is(pod)) {
        StorageLimits.Broken limit = broken.get();
        victims.evict(pod, limit.signal(), limit.message(), GRACE_AT_ONCE, false);
        any = true;
      }
    }
    return any;
  }

  private boolean relieve(List<Threshold> due, Map<Signal, Observed> observed)
      throws IOException, InterruptedException {
    Threshold first = due.getFirst();
    Signal signal = first.signal();
    node.tell(signal.resource());
    if (signal.pressure() == Pressure.DISK) {
      node.reclaim();
      if (!brokenStill(node.signals())) {
        return false;
      }
    }
    List<PodView> pods = victims.active();
    Map<String, PodUsage> usage = node.usage(pods);
    for (PodView pod : new Ranking(signal, node.ownImageDisk(), usage).order(pods)) {
      if (CriticalPods.is(pod)) {
        continue;
      }
      String message =
          EvictionText.shortage(
              signal, pod, Optional.ofNullable(usage.get(pod.uid())), due, observed);
      Duration grace = first.hard() ? GRACE_AT_ONCE : settings.graceMax();
      victims.evict(pod, signal.text(), message, grace, true);
      awaitOver(pod.uid());
      return true;
    }
    LOG.log(Level.WARNING, "no pod can be evicted, short of={0}", signal.resource());
    return false;
  }

  private boolean brokenStill(Map<Signal, Observed> observed) {
    return settings.thresholds().stream()
        .anyMatch(threshold -> {
          Observed value = observed.get(threshold.signal());
          return value != null && threshold.broken(value, true);
        });
  }

  private void awaitOver(String uid) throws InterruptedException {
    Instant end = clock.instant().plus(OVER_MAX);
    while (!victims.isOver(uid) && clock.instant().isBefore(end)) {
      clock.pause(OVER_LOOK);
    }
  }

  @Override
  public void close() {
    closed = true;
    stalls.close();
    thread.interrupt();
  }
}
