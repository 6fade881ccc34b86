package dev.wherry.controllers.job;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobCondition;
import dev.wherry.model.batch.v1.JobSpec;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.selector.Labels;
import java.util.Optional;

/**
 * What a Job asks for, with defaults.
 *
 * @param completions empty when any success completes it
 * @param perIndexLimit failures of one index; empty when failures count for the whole Job
 * @param replaceFailedOnly whether a pod on its way out still holds its place
 * @param succeeding whether it has what it needs and only waits for its last pods to end
 */
record JobFacts(
    int parallelism,
    Optional<Integer> completions,
    boolean indexed,
    int backoffLimit,
    Optional<Integer> perIndexLimit,
    Optional<Integer> failedIndexesMax,
    Optional<Long> deadlineSeconds,
    boolean suspended,
    boolean replaceFailedOnly,
    boolean succeeding,
    Labels selector,
    PodTemplateSpec template) {
  static final String FINALIZER = "batch.kubernetes.io/job-tracking";
  static final String OWN = "kubernetes.io/job-controller";
  static final String COMPLETE = "Complete";
  static final String FAILED = "Failed";
  static final String FAILURE_TARGET = "FailureTarget";
  static final String SUCCESS_MET = "SuccessCriteriaMet";
  static final String SUSPENDED = "Suspended";

  static JobFacts of(Job job) {
    JobSpec spec = job.spec();
    return new JobFacts(
        requireNonNullElse(spec.parallelism(), 1),
        Optional.ofNullable(spec.completions()),
        spec.completionMode().equals("Indexed"),
        requireNonNullElse(spec.backoffLimit(), 6),
        Optional.ofNullable(spec.backoffLimitPerIndex()),
        Optional.ofNullable(spec.maxFailedIndexes()),
        Optional.ofNullable(spec.activeDeadlineSeconds()),
        Boolean.TRUE.equals(spec.suspend()),
        spec.podReplacementPolicy().equals("Failed") || spec.podFailurePolicy() != null,
        condition(job, SUCCESS_MET).isPresent(),
        Labels.of(Optional.ofNullable(spec.selector())),
        requireNonNullElse(spec.template(), PodTemplateSpec.EMPTY));
  }

  /** Whether an index is one of the Job's; any is where there are none. */
  boolean inRange(int index) {
    return !indexed || (index >= 0 && index < completions.orElse(0));
  }

  /** Another controller keeps the Job (KEP-4368). */
  static boolean isForeign(Job job) {
    return !job.spec().managedBy().isEmpty() && !job.spec().managedBy().equals(OWN);
  }

  static Optional<JobCondition> condition(Job job, String type) {
    return job.status().conditions().stream()
        .filter(c -> c.type().equals(type) && c.status().equals("True"))
        .findFirst();
  }

  static boolean isFinished(Job job) {
    return condition(job, COMPLETE).isPresent() || condition(job, FAILED).isPresent();
  }
}
