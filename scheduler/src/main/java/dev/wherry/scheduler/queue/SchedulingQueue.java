package dev.wherry.scheduler.queue;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.queue.Waiting.Place;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Every pod that has no node yet, in one of four places: ready, in its cycle, backing off, or
 * unschedulable until an event. Owned by the scheduler's loop; not thread-safe. Its size is bounded
 * by the cluster's pods, of which it holds references only.
 */
public final class SchedulingQueue {
  /** After this long an unschedulable pod is tried again without any event. */
  public static final Duration UNSCHEDULABLE_MAX = Duration.ofMinutes(5);

  private final TreeSet<Waiting> ready;
  private final PriorityQueue<Waiting> backingOff =
      new PriorityQueue<>(Comparator.comparing((Waiting w) -> w.until));

  /** After an error: these wait to the end of their time. */
  private final PriorityQueue<Waiting> failed =
      new PriorityQueue<>(Comparator.comparing((Waiting w) -> w.until));

  private final Map<PodKey, Waiting> all = new HashMap<>();

  private final Parked unschedulable = new Parked();

  private final Set<Waiting> inCycle = new HashSet<>();
  private final Duration backOffFirst;
  private final Duration backOffMax;
  private final Hints hints;

  /** What plugins, by their names, wait for. */
  public interface Hints {
    Set<ClusterEvent> events(String plugin);

    /** Whether the event about one pod may help another one that the plugin rejected. */
    boolean mayHelp(String plugin, PodView waiting, PodEvent event);
  }

  public SchedulingQueue(
      Comparator<PodView> order, Duration backOffFirst, Duration backOffMax, Hints hints) {
    this.ready =
        new TreeSet<>(
            Comparator.comparing((Waiting w) -> w.pod, order)
                .thenComparing(w -> w.pod.key().toString()));
    this.backOffFirst = backOffFirst;
    this.backOffMax = backOffMax;
    this.hints = hints;
  }

  /** A new pod, or one that changed while it waits: a change makes an unschedulable one ready. */
  public void offer(PodView pod, Instant now) {
    Waiting known = all.get(pod.key());
    if (known == null) {
      Waiting fresh = new Waiting(pod);
      all.put(pod.key(), fresh);
      makeReady(fresh);
      return;
    }
    boolean changed = known.pod.generation() != pod.generation() || !sameAsk(known.pod, pod);
    boolean wasReady = ready.remove(known);
    PodView before = known.pod;
    known.pod = pod;
    if (wasReady) {
      ready.add(known);
    } else if (changed && known.place == Place.UNSCHEDULABLE) {
      unschedulable.remove(known);
      moveOn(known, now);
    } else {
      unschedulable.changed(known, before);
    }
  }

  /** Whether the pod waits, in whatever place. */
  public boolean knows(PodKey key) {
    return all.containsKey(key);
  }

  /** Tries an unschedulable pod again after its back-off. */
  public void wake(PodKey key, Instant now) {
    Waiting known = unschedulable.get(key);
    if (known != null) {
      unschedulable.remove(known);
      moveOn(known, now);
    }
  }

  private static boolean sameAsk(PodView a, PodView b) {
    return a.labels().equals(b.labels())
        && a.tolerations().equals(b.tolerations())
        && a.schedulingGates().equals(b.schedulingGates())
        && a.deviceClaims().equals(b.deviceClaims());
  }

  /** The pod is gone or has a node. */
  public void remove(PodKey key) {
    Waiting known = all.remove(key);
    if (known != null) {
      inCycle.remove(known);
      ready.remove(known);
      backingOff.remove(known);
      failed.remove(known);
      unschedulable.remove(known);
    }
  }

  /**
   * The next pod to try; it stays known until it is removed or returned. When none is ready, one
   * that an event helped and that backs off: nobody is kept waiting by it
   * (SchedulerPopFromBackoffQ).
   */
  public Optional<PodView> poll(Instant now) {
    releaseDue(now);
    Waiting first = ready.pollFirst();
    if (first == null) {
      first = backingOff.poll();
    }
    if (first == null) {
      return Optional.empty();
    }
    first.place = Place.IN_CYCLE;
    inCycle.add(first);
    first.attempts++;
    first.missed.clear();
    return Optional.of(first.pod);
  }

  /** A tried pod that fits nowhere; events that came during its cycle count. */
  public void unschedulable(PodKey key, Set<String> rejectedBy, Instant now) {
    Waiting known = all.get(key);
    if (known == null) {
      return;
    }
    inCycle.remove(known);
    known.rejectedBy = Set.copyOf(rejectedBy);
    known.awaits = awaits(rejectedBy);
    known.since = now;
    if (known.missed.stream().anyMatch(known.awaits::contains)) {
      moveOn(known, now);
    } else {
      known.place = Place.UNSCHEDULABLE;
      unschedulable.add(known);
    }
  }

  /** A polled pod that a plugin holds back: it counts as no attempt and waits for an event. */
  public void park(PodKey key, String plugin, Instant now) {
    Waiting known = all.get(key);
    if (known != null) {
      known.attempts--;
      unschedulable(key, Set.of(plugin), now);
    }
  }

  /** A polled pod that must not be tried now: it counts as no attempt and waits to be woken. */
  public void holdBack(PodKey key) {
    Waiting known = all.get(key);
    if (known != null) {
      inCycle.remove(known);
      known.attempts--;
      known.awaits = EnumSet.noneOf(ClusterEvent.class);
      known.place = Place.UNSCHEDULABLE;
      unschedulable.add(known);
    }
  }

  private Set<ClusterEvent> awaits(Set<String> rejectedBy) {
    if (rejectedBy.isEmpty()) {
      return EnumSet.allOf(ClusterEvent.class);
    }
    Set<ClusterEvent> awaits = EnumSet.noneOf(ClusterEvent.class);
    rejectedBy.forEach(name -> awaits.addAll(hints.events(name)));
    return awaits;
  }

  /** A pod whose binding failed: tried again after its back-off, whatever happens. */
  public void retry(PodKey key, Instant now) {
    Waiting known = all.get(key);
    if (known != null) {
      inCycle.remove(known);
      known.since = now;
      moveOn(known, now, failed);
    }
  }

  /** Moves the pods on which the event may help. */
  public void happened(ClusterEvent event, Instant now) {
    happened(event, now, waiting -> true);
  }

  /** The same for an event that concerns some of the pods only. */
  public void happened(ClusterEvent event, Instant now, Predicate<PodView> concerned) {
    moveOn(unschedulable.helped(event, waiting -> concerned.test(waiting.pod)), now);
    missed(event);
  }

  /** The same for an event about one pod on a node. */
  public void happened(PodEvent event, Instant now) {
    moveOn(unschedulable.helped(event, this::mayHelp), now);
    missed(event.what());
  }

  private void moveOn(List<Waiting> helped, Instant now) {
    for (Waiting waiting : helped) {
      unschedulable.remove(waiting);
      moveOn(waiting, now);
    }
  }

  private void missed(ClusterEvent event) {
    for (Waiting waiting : inCycle) {
      waiting.missed.add(event);
    }
  }

  private boolean mayHelp(Waiting waiting, PodEvent event) {
    for (String name : waiting.rejectedBy) {
      if (hints.mayHelp(name, waiting.pod, event)) {
        return true;
      }
    }
    return waiting.rejectedBy.isEmpty();
  }

  /** When the next waiting pod becomes ready by itself. */
  public Optional<Instant> nextDue() {
    Waiting first = failed.peek();
    Instant due = first == null ? null : first.until;
    Optional<Waiting> eldest = unschedulable.eldest();
    if (eldest.isPresent()) {
      Instant again = eldest.get().since.plus(UNSCHEDULABLE_MAX);
      due = due == null || again.isBefore(due) ? again : due;
    }
    return Optional.ofNullable(due);
  }

  /** Whether {@link #poll} has one now. */
  public boolean hasReady() {
    return !ready.isEmpty() || !backingOff.isEmpty();
  }

  /** How many pods wait, in whatever place. */
  public int size() {
    return all.size();
  }

  private void releaseDue(Instant now) {
    releaseDue(backingOff, now);
    releaseDue(failed, now);
    Optional<Waiting> eldest = unschedulable.eldest();
    while (eldest.isPresent() && !eldest.get().since.plus(UNSCHEDULABLE_MAX).isAfter(now)) {
      unschedulable.remove(eldest.get());
      makeReady(eldest.get());
      eldest = unschedulable.eldest();
    }
  }

  private void releaseDue(PriorityQueue<Waiting> from, Instant now) {
    Waiting first = from.peek();
    while (first != null && !first.until.isAfter(now)) {
      from.remove();
      makeReady(first);
      first = from.peek();
    }
  }

  private void moveOn(Waiting waiting, Instant now) {
    moveOn(waiting, now, backingOff);
  }

  private void moveOn(Waiting waiting, Instant now, PriorityQueue<Waiting> where) {
    Instant until = waiting.since.plus(backOff(waiting.attempts));
    if (until.isAfter(now)) {
      waiting.until = until;
      waiting.place = Place.BACKING_OFF;
      where.add(waiting);
    } else {
      makeReady(waiting);
    }
  }

  private Duration backOff(int attempts) {
    if (attempts == 0) {
      return Duration.ZERO;
    }
    Duration delay = backOffFirst;
    for (int i = 1; i < attempts && delay.compareTo(backOffMax) < 0; i++) {
      delay = delay.multipliedBy(2);
    }
    return delay.compareTo(backOffMax) < 0 ? delay : backOffMax;
  }

  private void makeReady(Waiting waiting) {
    waiting.place = Place.READY;
    ready.add(waiting);
  }
}
