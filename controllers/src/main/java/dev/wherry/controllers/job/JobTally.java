package dev.wherry.controllers.job;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobStatus;
import dev.wherry.model.batch.v1.UncountedTerminatedPods;
import dev.wherry.model.core.v1.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts a Job's ended pods, each once (KEP-2307): a pod's uid is written into the status, then its
 * finalizer is taken off, and when the view shows it without, its uid becomes a count. Whatever
 * happens between two of these steps, the next look continues. Lives for one decision.
 */
final class JobTally {
  /** Uids held in a status at once. */
  static final int UNCOUNTED_MAX = 500;

  private final JobFacts facts;
  private final FailurePolicy policy;
  private final List<JobPod> pods;
  private final Set<String> uncountedSucceeded;
  private final Set<String> uncountedFailed;
  private int succeeded;
  private int failed;
  private IndexSet completed;
  private IndexSet failedIndexes;
  private Optional<String> failJob = Optional.empty();
  private final Set<String> done = new HashSet<>();

  /** The failed pod of each index that carries the index's count until it is replaced. */
  private final Map<Integer, JobPod> lastFailed = new HashMap<>();

  JobTally(Job job, JobFacts facts, List<JobPod> pods) {
    this.facts = facts;
    this.policy = FailurePolicy.of(Optional.ofNullable(job.spec().podFailurePolicy()));
    this.pods = pods;
    JobStatus status = job.status();
    UncountedTerminatedPods uncounted =
        requireNonNullElse(status.uncountedTerminatedPods(), UncountedTerminatedPods.EMPTY);
    uncountedSucceeded = new LinkedHashSet<>(uncounted.succeeded());
    uncountedFailed = new LinkedHashSet<>(uncounted.failed());
    succeeded = requireNonNullElse(status.succeeded(), 0);
    failed = requireNonNullElse(status.failed(), 0);
    int limit = facts.completions().orElse(0);
    completed = IndexSet.parse(status.completedIndexes(), limit);
    failedIndexes = IndexSet.parse(status.failedIndexes(), limit);
    settle();
  }

  /** Uids whose pods are through become counts. */
  private void settle() {
    Set<String> tracked = new HashSet<>();
    pods.stream().filter(JobPod::isTracked).forEach(p -> tracked.add(p.uid()));
    int before = uncountedSucceeded.size();
    uncountedSucceeded.retainAll(tracked);
    succeeded += before - uncountedSucceeded.size();
    before = uncountedFailed.size();
    uncountedFailed.retainAll(tracked);
    failed += before - uncountedFailed.size();
  }

  /**
   * Takes newly ended pods in.
   *
   * @param deleted whether the Job itself goes: then everything that ended counts now
   */
  void count(boolean deleted) {
    findLastFailed();
    for (JobPod pod : pods) {
      if (pod.isTracked() && (pod.succeeded() || pod.failed(facts))) {
        countOne(pod, deleted);
      }
    }
  }

  private void countOne(JobPod pod, boolean deleted) {
    String uid = pod.uid();
    if (uncountedSucceeded.contains(uid) || uncountedFailed.contains(uid)) {
      done.add(uid);
    } else if (pod.succeeded()) {
      countSuccess(pod);
    } else {
      countFailure(pod, deleted);
    }
  }

  private void countSuccess(JobPod pod) {
    if (facts.indexed()) {
      int index = pod.index();
      if (facts.inRange(index)) {
        completed = completed.with(index);
      }
      done.add(pod.uid());
    } else if (hasRoom()) {
      uncountedSucceeded.add(pod.uid());
      done.add(pod.uid());
    }
  }

  private void countFailure(JobPod pod, boolean deleted) {
    FailurePolicy.Match match = policy.match(pod, facts.perIndexLimit().isPresent());
    if (match.action() == FailurePolicy.Action.FAIL_JOB && failJob.isEmpty()) {
      failJob = Optional.of(match.message());
    }
    if (facts.perIndexLimit().isPresent() && !deleted && holdsCount(pod, match)) {
      return;
    }
    boolean counts = match.action() != FailurePolicy.Action.IGNORE;
    if (!counts || !facts.inRange(pod.index())) {
      done.add(pod.uid());
    } else if (hasRoom()) {
      uncountedFailed.add(pod.uid());
      done.add(pod.uid());
    }
  }

  /** Fails the index if this was one failure too many; else its last pod stays until replaced. */
  private boolean holdsCount(JobPod pod, FailurePolicy.Match match) {
    int index = pod.index();
    boolean counted = match.action() != FailurePolicy.Action.IGNORE;
    boolean over =
        match.action() == FailurePolicy.Action.FAIL_INDEX
            || pod.failuresBefore() + (counted ? 1 : 0) > facts.perIndexLimit().orElse(0);
    if (over && facts.inRange(index)) {
      failedIndexes = failedIndexes.with(index);
    }
    JobPod last = lastFailed.get(index);
    return last != null
        && last.uid().equals(pod.uid())
        && !failedIndexes.contains(index)
        && !completed.contains(index);
  }

  private void findLastFailed() {
    if (facts.perIndexLimit().isEmpty()) {
      return;
    }
    Set<Integer> replaced = new HashSet<>();
    for (JobPod pod : pods) {
      if (PodFacts.isActive(pod.pod()) || pod.succeeded()) {
        replaced.add(pod.index());
      }
    }
    for (JobPod pod : pods) {
      if (pod.isTracked() && pod.failed(facts) && !replaced.contains(pod.index())) {
        lastFailed.merge(
            pod.index(),
            pod,
            (a, b) ->
                a.failuresBefore() + a.ignoredBefore() >= b.failuresBefore() + b.ignoredBefore()
                    ? a
                    : b);
      }
    }
  }

  private boolean hasRoom() {
    return uncountedSucceeded.size() + uncountedFailed.size() < UNCOUNTED_MAX;
  }

  /**
   * The Job ends: what is left of its pods ends with it.
   *
   * @param asFailed whether pods that are cut off count as failures
   */
  void cutOff(boolean asFailed) {
    for (JobPod pod : pods) {
      if (!pod.isTracked() || done.contains(pod.uid())) {
        continue;
      }
      if (!asFailed || !facts.inRange(pod.index()) || policy.ignores(pod)) {
        done.add(pod.uid());
      } else if (hasRoom()) {
        uncountedFailed.add(pod.uid());
        done.add(pod.uid());
      }
    }
  }

  int succeeded() {
    return facts.indexed() ? completed.size() : succeeded + uncountedSucceeded.size();
  }

  int failed() {
    return failed + uncountedFailed.size();
  }

  IndexSet completed() {
    return completed;
  }

  IndexSet failedIndexes() {
    return failedIndexes;
  }

  Optional<String> failJob() {
    return failJob;
  }

  FailurePolicy policy() {
    return policy;
  }

  Map<Integer, JobPod> lastFailed() {
    return lastFailed;
  }

  /** Every ended pod is a count. */
  boolean isSettled() {
    return uncountedSucceeded.isEmpty()
        && uncountedFailed.isEmpty()
        && pods.stream().noneMatch(JobPod::isTracked);
  }

  /** Pods whose finalizer may go once the status is stored. */
  List<Pod> release() {
    List<Pod> free = new ArrayList<>();
    for (JobPod pod : pods) {
      if (pod.isTracked() && done.contains(pod.uid())) {
        free.add(pod.pod());
      }
    }
    return free;
  }

  void write(JobStatus.Builder status) {
    int all = facts.indexed() ? completed.size() : succeeded;
    status
        .succeeded(all == 0 ? null : all)
        .failed(failed == 0 ? null : failed)
        .completedIndexes(facts.indexed() ? completed.toString() : "")
        .failedIndexes(facts.perIndexLimit().isPresent() ? failedIndexes.toString() : "")
        .uncountedTerminatedPods(
            UncountedTerminatedPods.builder()
                .succeeded(List.copyOf(uncountedSucceeded))
                .failed(List.copyOf(uncountedFailed))
                .build());
  }
}
