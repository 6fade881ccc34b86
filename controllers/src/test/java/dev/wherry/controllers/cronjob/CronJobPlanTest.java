package dev.wherry.controllers.cronjob;

import static dev.wherry.controllers.Fixtures.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.batch.v1.CronJob;
import dev.wherry.model.batch.v1.CronJobSpec;
import dev.wherry.model.batch.v1.CronJobStatus;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobSpec;
import dev.wherry.model.batch.v1.JobTemplateSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CronJobPlanTest {
  private static final Instant HOUR = NOW.truncatedTo(ChronoUnit.HOURS);

  private static CronJob cron(CronJobSpec.Builder spec, Instant last) {
    return CronJob.builder()
        .metadata(Fixtures.meta("default", "tick").uid("u").creationTimestamp(last).build())
        .spec(
            spec.schedule("0 * * * *")
                .jobTemplate(
                    JobTemplateSpec.builder()
                        .spec(JobSpec.builder().template(Workloads.template("app:0")).build())
                        .build())
                .build())
        .status(CronJobStatus.builder().lastScheduleTime(last).build())
        .build();
  }

  private static Job job(CronJob cron, String name, Map<String, String> annotations) {
    return Job.builder()
        .metadata(
            Fixtures.meta("default", name)
                .uid(name)
                .annotations(annotations)
                .ownerReferences(List.of(Owners.reference(cron)))
                .build())
        .build();
  }

  private static List<String> events(CronJobPlan plan) {
    return plan.actions().stream()
        .filter(Action.Report.class::isInstance)
        .map(Action.Report.class::cast)
        .map(report -> report.reason() + ": " + report.message())
        .toList();
  }

  @Test
  void jobByHand_isToldOf_andHoldsNothingUp() {
    CronJob cron =
        cron(CronJobSpec.builder().concurrencyPolicy("Forbid"), HOUR.minus(1, ChronoUnit.HOURS));
    Job own = job(cron, "mine", Map.of("cronjob.kubernetes.io/instantiate", "manual"));
    CronJobPlan plan = CronJobPlan.of(cron, List.of(own), HOUR.plusSeconds(1));
    assertEquals(
        List.of("UnexpectedJob: Saw a job that the controller did not create or forgot: mine"),
        events(plan));
    assertTrue(plan.start().isPresent());
    assertTrue(plan.status().status().active().isEmpty());
  }

  @Test
  void scheduledJobThatTheStatusForgot_isActive() {
    CronJob cron =
        cron(CronJobSpec.builder().concurrencyPolicy("Forbid"), HOUR.minus(1, ChronoUnit.HOURS));
    Job forgot =
        job(cron, "old", Map.of("batch.kubernetes.io/cronjob-scheduled-timestamp", "then"));
    CronJobPlan plan = CronJobPlan.of(cron, List.of(forgot), HOUR.plusSeconds(1));
    assertEquals(1, plan.status().status().active().size());
    assertTrue(plan.start().isEmpty());
  }

  @Test
  void missedTimes_theLastIsStarted_thoseBeyondTheDeadlineAreNot() {
    Instant now = HOUR.plusSeconds(60);
    CronJob late =
        cron(CronJobSpec.builder().startingDeadlineSeconds(30L), HOUR.minusSeconds(7_200));
    assertTrue(CronJobPlan.of(late, List.of(), now).start().isEmpty());

    CronJob inTime =
        cron(CronJobSpec.builder().startingDeadlineSeconds(90L), HOUR.minusSeconds(7_200));
    assertEquals(HOUR, CronJobPlan.of(inTime, List.of(), now).at().orElseThrow());

    CronJob forEver =
        cron(
            CronJobSpec.builder().startingDeadlineSeconds(Long.MAX_VALUE),
            HOUR.minus(101, ChronoUnit.HOURS));
    CronJobPlan plan = CronJobPlan.of(forEver, List.of(), now);
    assertEquals(HOUR, plan.at().orElseThrow());
    assertEquals(
        List.of(
            "TooManyMissedTimes: too many missed start times. Set or decrease"
                + " .spec.startingDeadlineSeconds or check clock skew"),
        events(plan));
  }

  @Test
  void clockSetBack_nothingIsDueUntilTheLastTimeHasPassedAgain() {
    CronJob cron = cron(CronJobSpec.builder(), HOUR);
    assertTrue(CronJobPlan.of(cron, List.of(), HOUR.minusSeconds(86_400)).start().isEmpty());
    assertTrue(CronJobPlan.of(cron, List.of(), HOUR).start().isEmpty());
    assertTrue(CronJobPlan.of(cron, List.of(), HOUR.plusSeconds(3_600)).start().isPresent());
  }

  @Test
  void scheduleOfNoDay_isToldOf() {
    CronJob cron = cron(CronJobSpec.builder(), HOUR);
    CronJob never =
        cron.toBuilder().spec(cron.spec().toBuilder().schedule("59 23 31 2 *").build()).build();
    CronJobPlan plan = CronJobPlan.of(never, List.of(), HOUR.plusSeconds(1));
    assertTrue(plan.start().isEmpty());
    assertEquals(
        List.of(
            "InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two"
                + " schedules is less than 1 second"),
        events(plan));
  }

  @Test
  void newSchedule_waitsForItsNextTime() {
    CronJob cron = cron(CronJobSpec.builder(), HOUR.minusSeconds(7_200));
    assertEquals(
        1_800, CronJobPlan.untilNext(cron, HOUR.plusSeconds(1_800)).orElseThrow().toSeconds());
  }
}
