package dev.wherry.controllers.replicaset;

import dev.wherry.controllers.workload.DeletionOrder;
import dev.wherry.controllers.workload.PodFactory;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.controllers.workload.StatusCondition;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.selector.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Decides for one ReplicaSet or ReplicationController (kube-controller-manager replicaset). Pure.
 *
 * @param create new pods
 * @param delete pods too many, in the order in which they are to go
 */
record ReplicaPlan(List<Pod> create, List<Pod> delete) {
  static final String FAILURE = "ReplicaFailure";

  /**
   * @param pods the owner's own
   * @param siblings pods of all owners under the same controller, for the order of deletion; asked
   *     for only then
   */
  static ReplicaPlan of(
      ReplicaOwner<?> owner, List<Pod> pods, Supplier<List<Pod>> siblings, Instant now) {
    List<Pod> active = pods.stream().filter(PodFacts::isActive).toList();
    int missing = owner.replicas() - active.size();
    if (owner.isDeleted() || missing == 0) {
      return new ReplicaPlan(List.of(), List.of());
    }
    if (missing > 0) {
      Pod pod = PodFactory.ofTemplate(owner.template(), owner.object());
      int count = Math.min(missing, PodWrites.BURST_PODS);
      return new ReplicaPlan(Collections.nCopies(count, pod), List.of());
    }
    int count = Math.min(-missing, PodWrites.BURST_PODS);
    List<Pod> order =
        owner.replicas() == 0 ? active : DeletionOrder.of(active, siblings.get(), now);
    return new ReplicaPlan(List.of(), order.subList(0, count));
  }

  /**
   * The status to write.
   *
   * @param pods as they were before the plan
   * @param deleted uids of pods that are on their way out whatever the view shows
   * @param failure why a pod was not created or deleted
   */
  static ReplicaOwner.Status status(
      ReplicaOwner<?> owner,
      List<Pod> pods,
      Set<String> deleted,
      Optional<String> failure,
      Instant now) {
    Labels full = Labels.ofMap(owner.template().metadata().labels());
    int replicas = 0;
    int labeled = 0;
    int ready = 0;
    int available = 0;
    int terminating = 0;
    for (Pod pod : pods) {
      boolean going = deleted.contains(pod.metadata().uid());
      if (PodFacts.isActive(pod) && !going) {
        replicas++;
        labeled += full.matches(pod.metadata().labels()) ? 1 : 0;
        ready += PodFacts.isReady(pod) ? 1 : 0;
        available += PodFacts.isAvailable(pod, owner.minReadySeconds(), now) ? 1 : 0;
      } else if (going || PodFacts.isTerminating(pod)) {
        terminating++;
      }
    }
    Long generation = owner.object().metadata().generation();
    return new ReplicaOwner.Status(
        replicas,
        labeled,
        ready,
        available,
        owner.countsTerminating() ? Optional.of(terminating) : Optional.empty(),
        generation == null ? 0 : generation,
        conditions(owner, replicas, failure, now));
  }

  private static List<StatusCondition> conditions(
      ReplicaOwner<?> owner, int replicas, Optional<String> failure, Instant now) {
    List<StatusCondition> before = owner.status().conditions();
    if (failure.isEmpty()) {
      return StatusCondition.without(before, FAILURE);
    }
    if (StatusCondition.find(before, FAILURE).isPresent()) {
      return before;
    }
    String reason = replicas < owner.replicas() ? "FailedCreate" : "FailedDelete";
    return StatusCondition.with(
        before, new StatusCondition(FAILURE, "True", reason, failure.get(), now));
  }

  /** When the next ready pod will have been so for long enough; empty when none is awaited. */
  static Optional<Duration> nextAvailable(ReplicaOwner<?> owner, List<Pod> pods, Instant now) {
    return pods.stream()
        .filter(PodFacts::isActive)
        .flatMap(pod -> PodFacts.availableIn(pod, owner.minReadySeconds(), now).stream())
        .filter(Duration::isPositive)
        .min(Duration::compareTo);
  }
}
