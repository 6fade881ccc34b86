package dev.wherry.controllers.job;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobCondition;
import dev.wherry.model.batch.v1.JobStatus;
import dev.wherry.model.batch.v1.SuccessPolicyRule;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides for one Job (kube-controller-manager job). Pure. Carried out in the order of the fields;
 * what comes later must not happen before what comes earlier is stored.
 *
 * @param create new pods
 * @param drop pods too many: their finalizer goes first, so that they do not count
 * @param delete pods that are cut off and count
 * @param status the Job with its new status, if it changes
 * @param release pods whose finalizer may go
 */
record JobPlan(
    List<Pod> create,
    List<Pod> drop,
    List<Pod> delete,
    Optional<Job> status,
    List<Pod> release,
    List<Action> events,
    Duration again) {

  /**
   * @param pods the Job's own, ended ones too
   * @param mayManage whether the view shows everything the Job did before
   */
  static JobPlan of(Job job, List<Pod> pods, boolean mayManage, Instant now) {
    JobFacts facts = JobFacts.of(job);
    List<JobPod> all = pods.stream().map(JobPod::new).toList();
    if (JobFacts.isFinished(job)) {
      List<Pod> left = pods.stream().filter(p -> new JobPod(p).isTracked()).toList();
      return new JobPlan(
          List.of(), List.of(), List.of(), Optional.empty(), left, List.of(), Duration.ZERO);
    }
    return new Decision(job, facts, all, now).decide(mayManage);
  }

  /** One decision while it is made. */
  private static final class Decision {
    private final Job job;
    private final JobFacts facts;
    private final List<JobPod> pods;
    private final Instant now;
    private final JobTally tally;
    private final List<JobCondition> conditions;
    private final List<Action> events = new ArrayList<>();
    private Optional<Instant> started;
    private Duration again = Duration.ZERO;

    Decision(Job job, JobFacts facts, List<JobPod> pods, Instant now) {
      this.job = job;
      this.facts = facts;
      this.pods = pods;
      this.now = now;
      this.tally = new JobTally(job, facts, pods);
      this.conditions = new ArrayList<>(job.status().conditions());
      this.started = Optional.ofNullable(job.status().startTime());
    }

    JobPlan decide(boolean mayManage) {
      boolean deleted = job.metadata().deletionTimestamp() != null;
      tally.count(deleted);
      if (started.isEmpty() && !facts.suspended()) {
        started = Optional.of(now);
      }
      Optional<JobCondition> target = target();
      if (target.isPresent()) {
        return finish(target.get(), target.get().type().equals(JobFacts.FAILURE_TARGET));
      }
      if (!mayManage || deleted) {
        return plan(new PodPlan(List.of(), List.of(), active(), Duration.ZERO), List.of());
      }
      PodPlan podPlan = PodPlan.of(job, facts, pods, tally, now);
      if (podPlan.active() == 0 && podPlan.create().isEmpty() && isComplete()) {
        JobCondition met =
            condition(
                JobFacts.SUCCESS_MET,
                "CompletionsReached",
                "Reached expected number of succeeded pods");
        return finish(met, false);
      }
      noteSuspension();
      soonest(podPlan.again());
      return plan(podPlan, List.of());
    }

    /** The end the Job goes to. What was said before stays: pods that end now change nothing. */
    private Optional<JobCondition> target() {
      return JobFacts.condition(job, JobFacts.SUCCESS_MET)
          .or(() -> JobFacts.condition(job, JobFacts.FAILURE_TARGET))
          .or(this::failure)
          .or(this::successByPolicy);
    }

    private int active() {
      return (int) pods.stream().filter(p -> PodFacts.isActive(p.pod())).count();
    }

    private void soonest(Duration wait) {
      if (wait.isPositive() && (again.isZero() || wait.compareTo(again) < 0)) {
        again = wait;
      }
    }

    private boolean isComplete() {
      return facts.completions().map(c -> tally.succeeded() >= c).orElse(tally.succeeded() > 0);
    }

    private JobCondition condition(String type, String reason, String message) {
      return JobCondition.builder()
          .type(type)
          .status("True")
          .reason(reason)
          .message(message)
          .lastProbeTime(now)
          .lastTransitionTime(now)
          .build();
    }

    /** Why the Job has to fail now. */
    private Optional<JobCondition> failure() {
      if (tally.failJob().isPresent()) {
        return Optional.of(failing("PodFailurePolicy", tally.failJob().get()));
      }
      if (tally.failed() > facts.backoffLimit() || restartedTooOften()) {
        return Optional.of(
            failing("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
      }
      if (facts.deadlineSeconds().isPresent() && started.isPresent() && !facts.suspended()) {
        Instant deadline = started.get().plusSeconds(facts.deadlineSeconds().get());
        if (!now.isBefore(deadline)) {
          return Optional.of(
              failing("DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        soonest(Duration.between(now, deadline));
      }
      return indexFailure();
    }

    private Optional<JobCondition> indexFailure() {
      int failed = tally.failedIndexes().size();
      if (facts.perIndexLimit().isEmpty() || failed == 0) {
        return Optional.empty();
      }
      if (facts.failedIndexesMax().map(most -> failed > most).orElse(false)) {
        return Optional.of(
            failing(
                "MaxFailedIndexesExceeded",
                "Job has exceeded the specified maximal number of failed indexes"));
      }
      int both = tally.failedIndexes().common(tally.completed());
      int ended = failed + tally.completed().size() - both;
      return ended >= facts.completions().orElse(0)
          ? Optional.of(failing("FailedIndexes", "Job has failed indexes"))
          : Optional.empty();
    }

    private JobCondition failing(String reason, String message) {
      return condition(JobFacts.FAILURE_TARGET, reason, message);
    }

    /** Containers that are restarted in place count too. */
    private boolean restartedTooOften() {
      if (!facts.template().spec().restartPolicy().equals("OnFailure")) {
        return false;
      }
      int restarts = 0;
      for (JobPod pod : pods) {
        String phase = pod.pod().status().phase();
        if (phase.equals("Running") || phase.equals("Pending")) {
          for (ContainerStatus status : pod.containers()) {
            restarts += requireNonNullElse(status.restartCount(), 0);
          }
        }
      }
      return facts.backoffLimit() == 0 ? restarts > 0 : restarts >= facts.backoffLimit();
    }

    private Optional<JobCondition> successByPolicy() {
      if (job.spec().successPolicy() == null || !facts.indexed()) {
        return Optional.empty();
      }
      List<SuccessPolicyRule> rules = job.spec().successPolicy().rules();
      for (int i = 0; i < rules.size(); i++) {
        if (isMet(rules.get(i))) {
          return Optional.of(
              condition(JobFacts.SUCCESS_MET, "SuccessPolicy", "Matched rules at index " + i));
        }
      }
      return Optional.empty();
    }

    private boolean isMet(SuccessPolicyRule rule) {
      boolean all = rule.succeededIndexes().isEmpty();
      IndexSet wanted = IndexSet.parse(rule.succeededIndexes(), facts.completions().orElse(0));
      int have = all ? tally.completed().size() : wanted.common(tally.completed());
      int needed =
          requireNonNullElse(rule.succeededCount(), all ? Integer.MAX_VALUE : wanted.size());
      return have > 0 && have >= needed;
    }

    /** All pods end; the last word is said when every one is counted. */
    private JobPlan finish(JobCondition target, boolean failed) {
      List<Pod> active = pods.stream().map(JobPod::pod).filter(PodFacts::isActive).toList();
      boolean terminating = pods.stream().anyMatch(p -> PodFacts.isTerminating(p.pod()));
      put(target);
      if (active.isEmpty()) {
        tally.cutOff(failed);
        if (!terminating && tally.isSettled()) {
          conclude(target, failed);
        }
      }
      return plan(new PodPlan(List.of(), List.of(), 0, Duration.ZERO), active);
    }

    private void conclude(JobCondition target, boolean failed) {
      String type = failed ? JobFacts.FAILED : JobFacts.COMPLETE;
      put(condition(type, target.reason(), target.message()));
      if (failed) {
        report(EventType.WARNING, target.reason(), target.message());
      } else {
        if (facts.completions().map(c -> tally.succeeded() > c).orElse(false)) {
          report(
              EventType.WARNING,
              "TooManySucceededPods",
              "Too many succeeded pods running after completion count reached");
        }
        report(EventType.NORMAL, "Completed", "Job completed");
      }
    }

    private void put(JobCondition wanted) {
      for (JobCondition one : conditions) {
        if (one.type().equals(wanted.type()) && one.status().equals(wanted.status())) {
          return;
        }
      }
      conditions.removeIf(c -> c.type().equals(wanted.type()));
      conditions.add(wanted);
    }

    private void noteSuspension() {
      Optional<JobCondition> before =
          conditions.stream().filter(c -> c.type().equals(JobFacts.SUSPENDED)).findFirst();
      boolean was = before.map(c -> c.status().equals("True")).orElse(false);
      if (facts.suspended() && !was) {
        put(condition(JobFacts.SUSPENDED, "JobSuspended", "Job suspended"));
        report(EventType.NORMAL, "Suspended", "Job suspended");
        started = Optional.empty();
      } else if (!facts.suspended() && was) {
        JobCondition resumed = condition(JobFacts.SUSPENDED, "JobResumed", "Job resumed");
        put(resumed.toBuilder().status("False").build());
        report(EventType.NORMAL, "Resumed", "Job resumed");
        // The deadline runs from the moment of the resumption.
        started = Optional.of(now);
      }
    }

    private void report(EventType type, String reason, String message) {
      events.add(new Action.Report(References.to(job), type, reason, message));
    }

    private JobPlan plan(PodPlan podPlan, List<Pod> delete) {
      Set<String> going = new HashSet<>();
      delete.forEach(pod -> going.add(pod.metadata().uid()));
      podPlan.delete().forEach(pod -> going.add(pod.metadata().uid()));
      int ready =
          (int)
              pods.stream()
                  .map(JobPod::pod)
                  .filter(p -> PodFacts.isActive(p) && PodFacts.isReady(p))
                  .filter(p -> !going.contains(p.metadata().uid()))
                  .count();
      int terminating =
          going.size() + (int) pods.stream().filter(p -> PodFacts.isTerminating(p.pod())).count();
      int active = podPlan.active() + podPlan.create().size();
      boolean complete = conditions.stream().anyMatch(c -> c.type().equals(JobFacts.COMPLETE));
      JobStatus.Builder status =
          job.status().toBuilder()
              .active(active == 0 ? null : active)
              .ready(ready)
              .terminating(terminating)
              .startTime(started.orElse(null))
              .completionTime(
                  complete && job.status().completionTime() == null
                      ? now
                      : job.status().completionTime())
              .conditions(conditions);
      tally.write(status);
      Job after = job.toBuilder().status(status.build()).build();
      return new JobPlan(
          podPlan.create(),
          podPlan.delete(),
          delete,
          after.equals(job) ? Optional.empty() : Optional.of(after),
          tally.release(),
          events,
          again);
    }
  }
}
