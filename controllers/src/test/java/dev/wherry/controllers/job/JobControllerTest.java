package dev.wherry.controllers.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.sim.Workloads;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.SilentEvents;
import dev.wherry.machinery.informer.FedInformers;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.status.ApiException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A suspended Job whose view is behind: one pod runs in it. */
class JobControllerTest {
  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final FedInformers fed = new FedInformers();
  private JobController controller;

  @BeforeEach
  void running() throws InterruptedException {
    EventRecorder events = SilentEvents.recorder(api, timer);
    controller = new JobController(Fixtures.parts(api, fed, events, timer));
    api.create(
        Job.KIND,
        Job.builder()
            .metadata(Fixtures.meta("default", "run").build())
            .spec(
                JobSpec.builder()
                    .completions(2)
                    .parallelism(1)
                    .backoffLimit(6)
                    .selector(Workloads.WEB)
                    .template(Workloads.template("app:0"))
                    .build())
            .build());
    show();
    settle();
    end("Running");
    show();
    Job job = job();
    Job suspended =
        api.update(
            Job.KIND, job.toBuilder().spec(job.spec().toBuilder().suspend(true).build()).build());
    fed.put(Job.KIND, suspended);
  }

  private Job job() {
    return api.stored(Job.KIND).getFirst();
  }

  private Pod pod() {
    return api.stored(Pod.KIND).getFirst();
  }

  private void end(String phase) {
    PodStatus status = pod().status().toBuilder().phase(phase).build();
    api.updateStatus(Pod.KIND, pod().toBuilder().status(status).build());
  }

  private void show() {
    fed.replace(Job.KIND, api.stored(Job.KIND));
    fed.replace(Pod.KIND, api.stored(Pod.KIND));
  }

  private void settle() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      if (!controller.step()) {
        timer.advance(JobController.BATCH);
      }
    }
  }

  @Test
  void suspend_podRuns_countsForNothing() throws InterruptedException {
    settle();
    assertNotNull(pod().metadata().deletionTimestamp());
    assertEquals(List.of(), pod().metadata().finalizers());
    show();
    settle();
    assertEquals(0, Fixtures.or0(job().status().failed()));
  }

  @Test
  void suspend_podSucceededUnseen_countsIt() throws InterruptedException {
    end("Succeeded");
    settle();
    assertEquals(List.of(JobFacts.FINALIZER), pod().metadata().finalizers());
    for (int i = 0; i < 3; i++) {
      show();
      settle();
    }
    assertEquals(1, job().status().succeeded());
    assertEquals(List.of(), pod().metadata().finalizers());
  }

  @Test
  void suspend_deletionFails_keepsThePodTracked() throws InterruptedException {
    api.failNext(call -> call.verb().equals("delete"), ApiException.internal("refused"));
    controller.step();
    assertEquals(List.of(JobFacts.FINALIZER), pod().metadata().finalizers());
  }
}
