package dev.wherry.controllers.job;

import static dev.wherry.controllers.Fixtures.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobCondition;
import dev.wherry.model.batch.v1.JobSpec;
import dev.wherry.model.batch.v1.PodFailurePolicy;
import dev.wherry.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import dev.wherry.model.batch.v1.PodFailurePolicyOnPodConditionsPattern;
import dev.wherry.model.batch.v1.PodFailurePolicyRule;
import dev.wherry.model.batch.v1.SuccessPolicy;
import dev.wherry.model.batch.v1.SuccessPolicyRule;
import dev.wherry.model.core.v1.ContainerState;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobPiecesTest {
  private static Job job(JobSpec.Builder spec) {
    return Job.builder()
        .metadata(Fixtures.meta("default", "run").build())
        .spec(
            spec.completions(4)
                .parallelism(2)
                .completionMode("Indexed")
                .podReplacementPolicy("TerminatingOrFailed")
                .selector(Workloads.WEB)
                .template(Workloads.template("app:0"))
                .build())
        .build();
  }

  private static Pod pod(int index, String phase, int exitCode) {
    Pod pod = Fixtures.pod("run-" + index, "n", "", false);
    ContainerStateTerminated end =
        ContainerStateTerminated.builder().exitCode(exitCode).finishedAt(NOW).build();
    ContainerStatus status =
        ContainerStatus.builder()
            .name("c")
            .state(ContainerState.builder().terminated(end).build())
            .build();
    return pod.toBuilder()
        .metadata(
            pod.metadata().toBuilder()
                .annotations(Map.of(JobPod.INDEX, Integer.toString(index)))
                .finalizers(List.of(JobFacts.FINALIZER))
                .build())
        .status(pod.status().toBuilder().phase(phase).containerStatuses(List.of(status)).build())
        .build();
  }

  private static List<String> conditions(JobPlan plan) {
    return plan.status().orElseThrow().status().conditions().stream()
        .map(c -> c.type() + " " + c.reason())
        .toList();
  }

  @Test
  void indexes_textForm_isUpstreams() {
    assertEquals("0,2-4,6,7", IndexSet.parse("0,2-4,6-7", 10).toString());
    assertEquals("", IndexSet.NONE.toString());
    assertEquals(3, IndexSet.parse("1-9", 4).size());
    assertEquals("1", IndexSet.parse("x,1,-", 4).toString());
  }

  @Test
  void suspended_readyPodsAreTerminatingAtOnce() {
    Job running = job(JobSpec.builder());
    Job suspended =
        running.toBuilder().spec(running.spec().toBuilder().suspend(true).build()).build();
    List<Pod> pods =
        List.of(
            Fixtures.pod("run-a", "n", "", true),
            Fixtures.pod("run-b", "n", "", true).toBuilder()
                .metadata(Fixtures.meta("default", "run-b").deletionTimestamp(NOW).build())
                .build());
    var status = JobPlan.of(suspended, pods, true, NOW).status().orElseThrow().status();
    assertEquals(0, status.ready());
    assertEquals(2, status.terminating());
    assertNull(status.active());
    assertNull(status.startTime());
  }

  @Test
  void failurePolicy_firstMatchingRule_decides() {
    PodFailurePolicyRule ignore =
        PodFailurePolicyRule.builder()
            .action("Ignore")
            .onPodConditions(
                List.of(
                    PodFailurePolicyOnPodConditionsPattern.builder()
                        .type("DisruptionTarget")
                        .status("True")
                        .build()))
            .build();
    PodFailurePolicyRule fail =
        PodFailurePolicyRule.builder()
            .action("FailJob")
            .onExitCodes(
                PodFailurePolicyOnExitCodesRequirement.builder()
                    .operator("In")
                    .values(List.of(42))
                    .build())
            .build();
    PodFailurePolicy policy = PodFailurePolicy.builder().rules(List.of(ignore, fail)).build();
    FailurePolicy.Match match =
        FailurePolicy.of(Optional.of(policy)).match(new JobPod(pod(0, "Failed", 42)), false);
    assertEquals(FailurePolicy.Action.FAIL_JOB, match.action());
    assertEquals(
        "Container c for pod default/run-0 failed with exit code 42 matching FailJob rule at index"
            + " 1",
        match.message());
    assertEquals(
        FailurePolicy.Action.COUNT,
        FailurePolicy.of(Optional.of(policy))
            .match(new JobPod(pod(0, "Failed", 1)), false)
            .action());
  }

  @Test
  void successPolicy_isMet_remainingPodsEnd() {
    SuccessPolicy policy =
        SuccessPolicy.builder()
            .rules(
                List.of(
                    SuccessPolicyRule.builder().succeededIndexes("0-1").succeededCount(1).build()))
            .build();
    Job job = job(JobSpec.builder().successPolicy(policy));
    JobPlan plan =
        JobPlan.of(job, List.of(pod(1, "Succeeded", 0), pod(0, "Running", 0)), true, NOW);
    assertEquals(List.of("SuccessCriteriaMet SuccessPolicy"), conditions(plan));
    assertEquals(List.of("run-0"), plan.delete().stream().map(p -> p.metadata().name()).toList());
    assertTrue(plan.create().isEmpty());
  }

  @Test
  void successPolicy_wasMet_whatEndsAfterwardsFailsNothing() {
    JobCondition met =
        JobCondition.builder()
            .type(JobFacts.SUCCESS_MET)
            .status("True")
            .reason("SuccessPolicy")
            .build();
    Job plain = job(JobSpec.builder().backoffLimit(0).activeDeadlineSeconds(5L));
    Job job =
        plain.toBuilder()
            .status(
                plain.status().toBuilder()
                    .startTime(NOW.minusSeconds(60))
                    .conditions(List.of(met))
                    .build())
            .build();
    JobPlan plan = JobPlan.of(job, List.of(pod(0, "Failed", 1)), true, NOW);
    assertEquals(List.of("SuccessCriteriaMet SuccessPolicy"), conditions(plan));
    Pod counted =
        pod(0, "Failed", 1).toBuilder()
            .metadata(pod(0, "", 0).metadata().toBuilder().finalizers(List.of()).build())
            .build();
    JobPlan last = JobPlan.of(plan.status().orElseThrow(), List.of(counted), true, NOW);
    assertEquals(
        List.of("SuccessCriteriaMet SuccessPolicy", "Complete SuccessPolicy"), conditions(last));
  }

  @Test
  void podsCutOffBySuccess_areNoFailures() {
    SuccessPolicy policy =
        SuccessPolicy.builder()
            .rules(List.of(SuccessPolicyRule.builder().succeededIndexes("1").build()))
            .build();
    Job job = job(JobSpec.builder().successPolicy(policy).backoffLimit(0));
    JobPlan first =
        JobPlan.of(job, List.of(pod(1, "Succeeded", 0), pod(0, "Running", 0)), true, NOW);
    Pod deleted =
        first.delete().getFirst().toBuilder()
            .metadata(
                first.delete().getFirst().metadata().toBuilder().deletionTimestamp(NOW).build())
            .build();
    JobPlan second = JobPlan.of(first.status().orElseThrow(), List.of(deleted), true, NOW);
    assertEquals(List.of(deleted), second.release());
    assertNull(second.status().orElse(first.status().orElseThrow()).status().failed());
  }

  @Test
  void finishedAt_deletedWhileItRuns_isWhenTheDeletionWasAsked() {
    Pod deleted =
        Fixtures.pod("run-0", "n", "", false).toBuilder()
            .metadata(
                Fixtures.meta("default", "run-0")
                    .deletionTimestamp(NOW.plusSeconds(30))
                    .deletionGracePeriodSeconds(30L)
                    .build())
            .build();
    assertEquals(NOW, new JobPod(deleted).finishedAt());
  }

  @Test
  void backoffLimit_exceeded_failsWhenEverythingIsCounted() {
    Job job = job(JobSpec.builder().backoffLimit(0));
    JobPlan first = JobPlan.of(job, List.of(pod(0, "Failed", 1)), true, NOW);
    assertEquals(List.of("FailureTarget BackoffLimitExceeded"), conditions(first));
    Pod released =
        pod(0, "Failed", 1).toBuilder()
            .metadata(pod(0, "", 0).metadata().toBuilder().finalizers(List.of()).build())
            .build();
    JobPlan second =
        JobPlan.of(first.status().orElseThrow(), List.of(released), true, NOW.plusSeconds(1));
    assertEquals(
        List.of("FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"),
        conditions(second));
    assertEquals(1, second.status().orElseThrow().status().failed());
  }

  @Test
  void failedPods_wait_beforeTheyAreReplaced() {
    Job job = job(JobSpec.builder().backoffLimit(6));
    JobPlan plan = JobPlan.of(job, List.of(pod(0, "Failed", 1)), true, NOW);
    assertTrue(plan.create().isEmpty());
    assertEquals(10, plan.again().toSeconds());
    List<Pod> created =
        JobPlan.of(job, List.of(pod(0, "Failed", 1)), true, NOW.plusSeconds(10)).create();
    assertEquals(2, created.size());
    assertEquals("run-0-", created.getFirst().metadata().generateName());
    assertEquals("run-0", created.getFirst().spec().hostname());
  }

  @Test
  void suspended_podsGoUncounted_conditionSaysSo() {
    Job plain = job(JobSpec.builder().suspend(true));
    Job job = plain.toBuilder().status(plain.status().toBuilder().startTime(NOW).build()).build();
    JobPlan plan = JobPlan.of(job, List.of(pod(0, "Running", 0)), true, NOW);
    assertEquals(1, plan.drop().size());
    assertNull(plan.status().orElseThrow().status().startTime());
    JobCondition condition = plan.status().orElseThrow().status().conditions().getFirst();
    assertEquals(
        "Suspended JobSuspended True",
        condition.type() + " " + condition.reason() + " " + condition.status());
  }
}
