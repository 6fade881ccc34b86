package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.queue.SchedulingQueue;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pod after the other: decided, then assumed on its node and bound, or back in the queue, with
 * room being made for it. Owned by the loop.
 */
final class Attempts {
  private final LoopState loop;
  private final ClusterState state;
  private final SchedulingQueue queue;
  private final Reports reports;
  private final ClusterChanges changes;
  private final Map<String, Profile> profiles;
  private final Decider decider;
  private final Bindings bindings;
  private final Preemptions preemptions;

  Attempts(
      LoopState loop,
      ClusterChanges changes,
      Map<String, Profile> profiles,
      Decider decider,
      Bindings bindings,
      Preemptions preemptions) {
    this.loop = loop;
    this.state = loop.cluster();
    this.queue = loop.queue();
    this.reports = loop.reports();
    this.changes = changes;
    this.profiles = profiles;
    this.decider = decider;
    this.bindings = bindings;
    this.preemptions = preemptions;
  }

  /** Tries a pod of the queue. */
  void attempt(PodView seen) {
    PodKey key = seen.key();
    @Nullable Profile profile = profiles.get(seen.schedulerName());
    if (profile == null) {
      queue.remove(key);
      return;
    }
    for (PreEnqueuePlugin plugin : profile.preEnqueue()) {
      if (plugin.admit(seen, state.snapshot()) instanceof Verdict.Rejected) {
        if (plugin.isReported()) {
          reports.pending(
              seen, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
        }
        queue.park(key, plugin.name(), loop.now());
        return;
      }
    }
    if (preemptions.holdsBack(key)) {
      queue.holdBack(key);
      return;
    }
    PodView pod = seen.nominatedTo(state.nominations().nodeOf(key));
    switch (decider.decide(pod, state.snapshot(), profile)) {
      case Decision.Place place -> assume(pod, place, profile);
      case Decision.Failed(String why) -> {
        reports.pending(pod, "SchedulerError", why);
        queue.retry(key, loop.now());
      }
      case Decision.Nowhere nowhere -> {
        makeRoom(pod, nowhere);
        queue.unschedulable(key, nowhere.rejectedBy(), loop.now());
      }
    }
  }

  private void makeRoom(PodView pod, Decision.Nowhere nowhere) {
    if (!(nowhere.room() instanceof Decision.Room.Preempt)) {
      reports.pending(pod, "Unschedulable", nowhere.message());
    }
    switch (nowhere.room()) {
      case Decision.Room.Unchanged() -> {}
      case Decision.Room.Hopeless() -> {
        if (state.nominations().remove(pod.key())) {
          reports.unnominated(pod);
        }
      }
      case Decision.Room.Relieve(Runnable write) -> bindings.report(write);
      case Decision.Room.Preempt(String node, List<PodView> victims) -> {
        List<PodView> displaced = displaced(pod, node);
        PodView nominated = pod.nominatedTo(node);
        state.nominations().put(nominated);
        queue.offer(nominated, loop.now());
        String news = reports.isNews(pod, nowhere.message()) ? nowhere.message() : "";
        preemptions.begin(nominated, news, victims, displaced);
      }
    }
  }

  /**
   * Less important pods that wait for the same node look for another one. What another scheduler
   * nominates is its own to take back.
   */
  private List<PodView> displaced(PodView pod, String node) {
    List<PodView> displaced =
        state.nominations().on(node).stream()
            .filter(other -> other.priority() < pod.priority() && !changes.isForeign(other))
            .toList();
    for (PodView other : displaced) {
      state.nominations().remove(other.key());
      queue.wake(other.key(), loop.now());
    }
    return displaced;
  }

  private void assume(PodView pod, Decision.Place place, Profile profile) {
    List<Reservation> reserved = reserve(pod, place.node(), profile);
    PodView placed = pod.on(place.node());
    String nominated = state.nominations().nodeOf(pod.key());
    changes.assumed(placed);
    if (!nominated.isEmpty() && !nominated.equals(place.node())) {
      // The room that was made there is free for others.
      changes.happened(Set.of(ClusterEvent.ASSIGNED_POD_GONE));
    }
    bindings.begin(pod, place.node(), profile, reserved);
  }

  private List<Reservation> reserve(PodView pod, String node, Profile profile) {
    List<Reservation> reserved = new ArrayList<>();
    for (ReservePlugin plugin : profile.reserves()) {
      state
          .snapshot()
          .node(node)
          .flatMap(view -> plugin.reserve(pod, view, state.snapshot()))
          .ifPresent(reserved::add);
    }
    return reserved;
  }

  /** A binding has come back; where it failed, the pod waits again. */
  void bindEnded(Inbox.BindEnded ended) {
    bindings.ended(ended.reserved());
    PodKey key = ended.pod().key();
    if (ended.failure().isEmpty()) {
      queue.remove(key);
      changes.settled(ended.pod());
      return;
    }
    ended.reserved().forEach(Reservation::release);
    if (!ended.reserved().isEmpty()) {
      changes.happened(Set.of(ClusterEvent.STORAGE_CHANGED, ClusterEvent.DEVICES_CHANGED));
    }
    if (changes.settled(ended.pod())) {
      changes.remove(key);
      reports.pending(ended.pod(), "SchedulerError", ended.failure().get());
      queue.retry(key, loop.now());
    }
  }

  /** All victims of a preemptor are marked, or could not be. */
  void preemptEnded(PodKey preemptor, boolean failed) {
    if (preemptions.ended(preemptor) || failed) {
      queue.wake(preemptor, loop.now());
    }
  }
}
