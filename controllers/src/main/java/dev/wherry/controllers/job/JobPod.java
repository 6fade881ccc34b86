package dev.wherry.controllers.job;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.PodConditions;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a Job's controller reads off one pod. */
record JobPod(Pod pod) {
  static final String INDEX = "batch.kubernetes.io/job-completion-index";
  static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";
  static final String IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count";

  String uid() {
    return pod.metadata().uid();
  }

  /** -1 when it has none. */
  int index() {
    return annotation(INDEX, -1);
  }

  /** Failures of its index before it, those that count. */
  int failuresBefore() {
    return annotation(FAILURES, 0);
  }

  int ignoredBefore() {
    return annotation(IGNORED, 0);
  }

  private int annotation(String key, int absent) {
    try {
      String text = pod.metadata().annotations().get(key);
      return text == null ? absent : Math.max(absent, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return absent;
    }
  }

  boolean isTracked() {
    return pod.metadata().finalizers().contains(JobFacts.FINALIZER);
  }

  boolean succeeded() {
    return pod.status().phase().equals("Succeeded");
  }

  /**
   * Its containers failed, or it is deleted and its place is free at once. One that is cut off
   * because the Job has succeeded did not fail.
   */
  boolean failed(JobFacts facts) {
    return pod.status().phase().equals("Failed")
        || (!facts.replaceFailedOnly()
            && !facts.succeeding()
            && PodFacts.isDeleted(pod)
            && !succeeded());
  }

  /** When it ended, as well as can be told (job backoff_utils). */
  Instant finishedAt() {
    return containersEnd()
        .or(() ->
            PodConditions.find(pod, PodConditions.READY)
                .filter(c -> c.status().equals("False"))
                .map(PodCondition::lastTransitionTime))
        .or(this::deletionAsked)
        .orElseGet(() -> PodFacts.created(pod));
  }

  /** When the last container ended; sidecars end after all others. Empty while one runs. */
  private Optional<Instant> containersEnd() {
    List<ContainerStatus> all = new ArrayList<>(pod.status().containerStatuses());
    for (Container container : pod.spec().initContainers()) {
      if (container.restartPolicy().equals("Always")) {
        pod.status().initContainerStatuses().stream()
            .filter(status -> status.name().equals(container.name()))
            .forEach(all::add);
      }
    }
    Optional<Instant> last = Optional.empty();
    for (ContainerStatus status : all) {
      Optional<Instant> at = terminated(status).map(ContainerStateTerminated::finishedAt);
      if (at.isEmpty()) {
        return Optional.empty();
      }
      last = last.filter(at.get()::isBefore).or(() -> at);
    }
    return last;
  }

  /** The stamp of a deletion is when its time of grace is over. */
  private Optional<Instant> deletionAsked() {
    return Optional.ofNullable(pod.metadata().deletionTimestamp())
        .map(end ->
            end.minusSeconds(requireNonNullElse(pod.metadata().deletionGracePeriodSeconds(), 0L)));
  }

  List<ContainerStatus> containers() {
    List<ContainerStatus> all = new ArrayList<>(pod.status().containerStatuses());
    all.addAll(pod.status().initContainerStatuses());
    return all;
  }

  static Optional<ContainerStateTerminated> terminated(ContainerStatus status) {
    return Optional.ofNullable(status.state()).map(ContainerState::terminated);
  }
}
