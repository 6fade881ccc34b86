package dev.wherry.controllers.cronjob;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.DeleteOptions.Propagation;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.batch.v1.CronJob;
import dev.wherry.model.batch.v1.CronJobStatus;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobCondition;
import dev.wherry.model.batch.v1.JobTemplateSpec;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides for one CronJob (kube-controller-manager cronjob). Pure.
 *
 * @param actions deletions and reports
 * @param start the Job that is due
 * @param at when it was due
 * @param status the CronJob as far as its Jobs are concerned, the due one left out
 */
record CronJobPlan(
    List<Action> actions,
    Optional<Job> start,
    Optional<Instant> at,
    CronJob status,
    Duration again) {
  private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";

  /** What kubectl writes on a Job that a user starts from a CronJob. */
  private static final String BY_HAND = "cronjob.kubernetes.io/instantiate";

  private static final DateTimeFormatter MISSED =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss xx", Locale.ROOT);

  /** So that the clock has surely passed the time. */
  private static final Duration MARGIN = Duration.ofMillis(100);

  /**
   * @param jobs that the CronJob controls
   */
  static CronJobPlan of(CronJob cron, List<Job> jobs, Instant now) {
    return new Decision(cron, jobs, now).decide();
  }

  /** How long until the schedule's next time; empty when there is none or it cannot be read. */
  static Optional<Duration> untilNext(CronJob cron, Instant now) {
    try {
      return CronSchedule.parse(cron.spec().schedule())
          .next(now, zone(cron))
          .map(next -> Duration.between(now, next).plus(MARGIN));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ZoneId zone(CronJob cron) {
    return cron.spec().timeZone().isEmpty() ? ZoneOffset.UTC : ZoneId.of(cron.spec().timeZone());
  }

  /** The status once the Job was made. */
  CronJob started(Job job) {
    List<ObjectReference> active = new ArrayList<>(status.status().active());
    if (active.stream().noneMatch(r -> r.uid().equals(job.metadata().uid()))) {
      active.add(References.to(job));
    }
    return status.toBuilder()
        .status(
            status.status().toBuilder().active(active).lastScheduleTime(at.orElseThrow()).build())
        .build();
  }

  static Optional<JobCondition> end(Job job) {
    return job.status().conditions().stream()
        .filter(c -> c.status().equals("True"))
        .filter(c -> c.type().equals("Complete") || c.type().equals("Failed"))
        .findFirst();
  }

  /** One decision while it is made. */
  private static final class Decision {
    private final CronJob cron;
    private final List<Job> jobs;
    private final Instant now;
    private final List<Action> actions = new ArrayList<>();
    private List<ObjectReference> active;
    private Optional<Instant> lastSuccess;

    Decision(CronJob cron, List<Job> jobs, Instant now) {
      this.cron = cron;
      this.jobs = jobs;
      this.now = now;
      this.active = new ArrayList<>(cron.status().active());
      this.lastSuccess = Optional.ofNullable(cron.status().lastSuccessfulTime());
    }

    CronJobPlan decide() {
      noteJobs();
      cleanUp();
      if (cron.metadata().deletionTimestamp() != null
          || Boolean.TRUE.equals(cron.spec().suspend())) {
        return nothing(Duration.ZERO);
      }
      try {
        return schedule(CronSchedule.parse(cron.spec().schedule()), zone(cron));
      } catch (DateTimeException e) {
        warn(
            "UnknownTimeZone",
            "invalid timeZone: \"" + cron.spec().timeZone() + "\": " + e.getMessage());
        return nothing(Duration.ZERO);
      } catch (IllegalArgumentException e) {
        warn(
            "UnparseableSchedule",
            "unparseable schedule: \"" + cron.spec().schedule() + "\" : " + e.getMessage());
        return nothing(Duration.ZERO);
      }
    }

    private CronJobPlan schedule(CronSchedule schedule, ZoneId zone) {
      Duration again =
          schedule
              .next(now, zone)
              .map(next -> Duration.between(now, next).plus(MARGIN))
              .orElse(Duration.ZERO);
      DueTime due = DueTime.of(cron, schedule, zone, now);
      if (due.never()) {
        warn(
            "InvalidSchedule",
            "invalid schedule: "
                + cron.spec().schedule()
                + " : time difference between two schedules is less than 1 second");
      }
      if (due.tooMany()) {
        warn(
            "TooManyMissedTimes",
            "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check"
                + " clock skew");
      }
      if (due.at().isEmpty()) {
        return nothing(again);
      }
      Instant at = due.at().get();
      Long deadline = cron.spec().startingDeadlineSeconds();
      if (deadline != null
          && at.plusSeconds(Math.min(deadline, DueTime.DEADLINE_MAX_SECONDS)).isBefore(now)) {
        warn(
            "MissSchedule",
            "Missed scheduled time to start a job: " + MISSED.format(at.atOffset(ZoneOffset.UTC)));
        return nothing(again);
      }
      String name = name(at);
      if (at.equals(cron.status().lastScheduleTime())
          || active.stream().anyMatch(r -> r.name().equals(name))) {
        return nothing(again);
      }
      if (cron.spec().concurrencyPolicy().equals("Forbid") && !active.isEmpty()) {
        report(
            EventType.NORMAL,
            "JobAlreadyActive",
            "Not starting job because prior execution is running and concurrency policy is"
                + " Forbid");
        return nothing(again);
      }
      if (cron.spec().concurrencyPolicy().equals("Replace")) {
        replaceActive();
      }
      return new CronJobPlan(actions, Optional.of(job(at, zone)), Optional.of(at), status(), again);
    }

    private CronJobPlan nothing(Duration again) {
      return new CronJobPlan(actions, Optional.empty(), Optional.empty(), status(), again);
    }

    private CronJob status() {
      CronJobStatus after =
          cron.status().toBuilder()
              .active(active)
              .lastSuccessfulTime(lastSuccess.orElse(null))
              .build();
      return cron.toBuilder().status(after).build();
    }

    private void noteJobs() {
      for (Job job : jobs) {
        String name = job.metadata().name();
        boolean known = active.stream().anyMatch(r -> r.uid().equals(job.metadata().uid()));
        Optional<JobCondition> end = end(job);
        if (!known && end.isEmpty()) {
          if (isScheduled(job)) {
            // Made by us just before we ended.
            active.add(References.to(job));
          } else {
            warn(
                "UnexpectedJob", "Saw a job that the controller did not create or forgot: " + name);
          }
        } else if (known && end.isPresent()) {
          active.removeIf(r -> r.uid().equals(job.metadata().uid()));
          report(
              EventType.NORMAL,
              "SawCompletedJob",
              "Saw completed job: " + name + ", condition: " + end.get().type());
        }
        Instant completed = job.status().completionTime();
        if (end.isPresent()
            && completed != null
            && lastSuccess.map(completed::isAfter).orElse(true)) {
          lastSuccess = Optional.of(completed);
        }
      }
      Set<String> present = jobs.stream().map(j -> j.metadata().uid()).collect(Collectors.toSet());
      for (ObjectReference reference : List.copyOf(active)) {
        if (!present.contains(reference.uid())) {
          active.remove(reference);
          report(EventType.NORMAL, "MissingJob", "Active job went missing: " + reference.name());
        }
      }
    }

    /** Others' Jobs neither hold the next one up nor are replaced by it. */
    private static boolean isScheduled(Job job) {
      Map<String, String> annotations = job.metadata().annotations();
      return annotations.containsKey(SCHEDULED) && !annotations.containsKey(BY_HAND);
    }

    private void cleanUp() {
      remove("Failed", cron.spec().failedJobsHistoryLimit());
      remove("Complete", cron.spec().successfulJobsHistoryLimit());
    }

    private void remove(String type, @org.jspecify.annotations.Nullable Integer limit) {
      if (limit == null) {
        return;
      }
      List<Job> ended =
          jobs.stream()
              .filter(j -> j.metadata().deletionTimestamp() == null)
              .filter(j -> end(j).map(c -> c.type().equals(type)).orElse(false))
              .sorted(
                  Comparator.comparing(
                          (Job j) -> requireNonNullElse(j.status().startTime(), Instant.MAX))
                      .thenComparing(j -> j.metadata().name()))
              .toList();
      ended.subList(0, Math.max(0, ended.size() - limit)).forEach(this::delete);
    }

    private void delete(Job job) {
      actions.add(
          new Action.Delete(
              Job.KIND,
              job.metadata().namespace(),
              job.metadata().name(),
              DeleteOptions.ofUid(job.metadata().uid()).with(Propagation.BACKGROUND)));
      report(EventType.NORMAL, "SuccessfulDelete", "Deleted job " + job.metadata().name());
    }

    private void replaceActive() {
      for (Job job : jobs) {
        if (active.removeIf(r -> r.uid().equals(job.metadata().uid()))) {
          delete(job);
        }
      }
    }

    /** The same time gives the same name: a second start meets the first. */
    private String name(Instant at) {
      return cron.metadata().name() + "-" + at.getEpochSecond() / 60;
    }

    private Job job(Instant at, ZoneId zone) {
      JobTemplateSpec template =
          requireNonNullElse(cron.spec().jobTemplate(), JobTemplateSpec.EMPTY);
      Map<String, String> annotations = new TreeMap<>(template.metadata().annotations());
      annotations.put(
          SCHEDULED,
          DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
              at.truncatedTo(ChronoUnit.SECONDS).atZone(zone)));
      ObjectMeta meta =
          ObjectMeta.builder()
              .namespace(cron.metadata().namespace())
              .name(name(at))
              .labels(template.metadata().labels())
              .annotations(annotations)
              .ownerReferences(List.of(Owners.reference(cron)))
              .build();
      return Job.builder().metadata(meta).spec(template.spec()).build();
    }

    private void warn(String reason, String message) {
      report(EventType.WARNING, reason, message);
    }

    private void report(EventType type, String reason, String message) {
      actions.add(new Action.Report(References.to(cron), type, reason, message));
    }
  }
}
