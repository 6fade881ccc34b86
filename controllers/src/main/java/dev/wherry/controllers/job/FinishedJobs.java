package dev.wherry.controllers.job;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.DeleteOptions.Propagation;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Deletes Jobs some time after their end (kube-controller-manager ttlafterfinished). */
public final class FinishedJobs implements Controller {
  private final PlanController<ObjectKey> keys;

  public FinishedJobs(Parts parts) {
    Informer<Job> jobs = parts.informers().of(Job.KIND);
    keys =
        new PlanController<>(
            "ttl-after-finished",
            1,
            parts,
            (key, now) -> jobs.get(key).map(job -> decide(job, now)).orElse(Plan.NOTHING));
    jobs.onChange(change -> {
      if (change.latest().spec().ttlSecondsAfterFinished() != null
          && JobFacts.isFinished(change.latest())) {
        keys.add(ObjectKey.of(change.latest()));
      }
    });
  }

  static Plan decide(Job job, Instant now) {
    Integer seconds = job.spec().ttlSecondsAfterFinished();
    Optional<JobCondition> end =
        JobFacts.condition(job, JobFacts.COMPLETE)
            .or(() -> JobFacts.condition(job, JobFacts.FAILED));
    if (seconds == null || end.isEmpty() || job.metadata().deletionTimestamp() != null) {
      return Plan.NOTHING;
    }
    Instant ended = end.get().lastTransitionTime();
    Duration left =
        ended == null ? Duration.ZERO : Duration.between(now, ended.plusSeconds(seconds));
    if (left.isPositive()) {
      return Plan.after(left);
    }
    // The version too: somebody may just have given the Job more time.
    return Plan.of(
        new Action.Delete(
            Job.KIND,
            job.metadata().namespace(),
            job.metadata().name(),
            DeleteOptions.ofUid(job.metadata().uid())
                .withResourceVersion(job.metadata().resourceVersion())
                .with(Propagation.FOREGROUND)));
  }

  @Override
  public void start() {
    keys.start();
  }

  @Override
  public boolean step() throws InterruptedException {
    return keys.step();
  }

  @Override
  public void close() {
    keys.close();
  }
}
