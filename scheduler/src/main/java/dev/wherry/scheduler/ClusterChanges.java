package dev.wherry.scheduler;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.queue.SchedulingQueue;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What happens in the cluster, made true in the loop's state and told to the queue, for it may help
 * a pod that waits. Owned by the loop.
 */
final class ClusterChanges {
  private final LoopState loop;
  private final ClusterState state;
  private final SchedulingQueue queue;
  private final Set<String> schedulers;

  /** Pods on a node by our decision only, with their uid: no informer has confirmed it yet. */
  private final Map<PodKey, String> assumed = new HashMap<>();

  /** Of pods that name one of these schedulers; all others are foreign. */
  ClusterChanges(LoopState loop, Set<String> schedulers) {
    this.loop = loop;
    this.state = loop.cluster();
    this.queue = loop.queue();
    this.schedulers = schedulers;
  }

  /** The pod is on its node by our decision. */
  void assumed(PodView placed) {
    happened(state.place(placed), placed);
    assumed.put(placed.key(), placed.uid());
    loop.reports().forget(placed.key());
  }

  /** Returns whether the pod was on its node by our decision alone; it is no longer. */
  boolean settled(PodView pod) {
    return assumed.remove(pod.key(), pod.uid());
  }

  void seen(PodView pod) {
    if (pod.terminal()) {
      gone(pod.key());
    } else if (!pod.nodeName().isEmpty()) {
      queue.remove(pod.key());
      loop.reports().forget(pod.key());
      assumed.remove(pod.key());
      happened(state.place(pod), pod);
    } else if (!isForeign(pod) && !pod.deleting()) {
      if (state.placed(pod.key()).filter(p -> p.uid().equals(pod.uid())).isEmpty()) {
        remove(pod.key());
        waits(pod);
      }
    } else if (isForeign(pod) && !pod.deleting() && !pod.standing().nominatedNode().isEmpty()) {
      nominatedElsewhere(pod);
    } else {
      gone(pod.key());
    }
  }

  /** Another scheduler makes room: taken meanwhile, it would make room again, without end. */
  private void nominatedElsewhere(PodView pod) {
    if (!state.nominations().nodeOf(pod.key()).equals(pod.standing().nominatedNode())) {
      gone(pod.key());
      state.nominations().put(pod);
    }
  }

  /** Whether another scheduler is responsible for the pod. */
  boolean isForeign(PodView pod) {
    return !schedulers.contains(pod.schedulerName());
  }

  /** Of a pod known here the nomination kept here is newer than the one it shows. */
  private void waits(PodView pod) {
    PodView waiting = pod;
    if (queue.knows(pod.key())) {
      waiting = pod.nominatedTo(state.nominations().nodeOf(pod.key()));
    } else if (!pod.standing().nominatedNode().isEmpty()) {
      state.nominations().put(pod);
    }
    queue.offer(waiting, loop.now());
  }

  void gone(PodKey key) {
    queue.remove(key);
    loop.reports().forget(key);
    assumed.remove(key);
    remove(key);
    happened(state.unnominate(key));
  }

  /** Takes the pod off its node. */
  void remove(PodKey key) {
    state.placed(key).ifPresent(placed -> happened(state.remove(key), placed));
  }

  /** Wakes pods that one of the events, which have to do with a pod, may help. */
  void happened(Collection<ClusterEvent> events, PodView about) {
    if (!events.isEmpty()) {
      Instant now = loop.now();
      Optional<NodeView> node = state.snapshot().node(about.nodeName());
      List<PodView> nominated = state.nominations().on(about.nodeName());
      for (ClusterEvent event : events) {
        queue.happened(new PodEvent(event, about, node, nominated), now);
      }
    }
  }

  /** Wakes pods that one of the events may help. */
  void happened(Collection<ClusterEvent> events) {
    Instant now = loop.now();
    events.forEach(event -> queue.happened(event, now));
  }

  /** A claim concerns the pods that name it. */
  void changed(StorageChange change) {
    Instant now = loop.now();
    change.apply(state.storage());
    switch (change) {
      case StorageChange.Claim claim ->
          queue.happened(
              ClusterEvent.CLAIM_CHANGED,
              now,
              pod -> pod.names(claim.key().namespace(), claim.key().name()));
      case StorageChange.Other _ -> queue.happened(ClusterEvent.STORAGE_CHANGED, now);
    }
  }

  /** A claim concerns the pods that name it, and all that wait for devices when it frees some. */
  void changed(DeviceChange change) {
    Instant now = loop.now();
    boolean freed = change.apply(state.devices());
    switch (change) {
      case DeviceChange.Claim claim ->
          queue.happened(
              ClusterEvent.DEVICE_CLAIM_CHANGED,
              now,
              pod -> freed || pod.asksForDevicesBy(claim.key().namespace(), claim.key().name()));
      case DeviceChange.Other _ -> queue.happened(ClusterEvent.DEVICES_CHANGED, now);
    }
  }
}
