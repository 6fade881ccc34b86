package dev.wherry.controllers.cronjob;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.OwnWrites;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.batch.v1.CronJob;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.Optional;

/** Starts Jobs by the clock. */
public final class CronJobController implements KeyDriven {
  private static final int WORKERS = 2;

  private final Parts parts;
  private final Informer<CronJob> crons;
  private final Informer<Job> jobs;
  private final OwnWrites writes;
  private final KeyedController<ObjectKey> keys;

  public CronJobController(Parts parts) {
    this.parts = parts;
    this.writes = new OwnWrites(parts.timer());
    this.keys = new KeyedController<>("cronjobs", WORKERS, parts, this::reconcile);
    crons =
        parts
            .informers()
            .of(CronJob.KIND)
            .onChange(change -> {
              writes.observe(change);
              if (!rescheduled(change)) {
                keys.add(ObjectKey.of(change.latest()));
              }
            });
    jobs =
        parts
            .informers()
            .of(Job.KIND)
            .index(PodIndex.CONTROLLER, PodIndex::controllerKey)
            .onChange(this::jobSeen);
  }

  /** A new schedule holds from its next time on: what it would have meant before now is no due. */
  private boolean rescheduled(Change<CronJob> change) {
    if (!(change instanceof Change.Updated<CronJob>(CronJob before, CronJob after))
        || before.spec().schedule().equals(after.spec().schedule())
            && before.spec().timeZone().equals(after.spec().timeZone())) {
      return false;
    }
    Optional<Duration> wait = CronJobPlan.untilNext(after, parts.timer().instant());
    wait.ifPresent(w -> keys.addAfter(ObjectKey.of(after), w));
    return wait.isPresent();
  }

  private void jobSeen(Change<Job> change) {
    writes.observe(change);
    Job job = change.latest();
    Owners.controller(job.metadata())
        .filter(owner -> owner.kind().equals(CronJob.KIND.info().kind()))
        .ifPresent(owner -> keys.add(new ObjectKey(job.metadata().namespace(), owner.name())));
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<CronJob> found = crons.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    CronJob cron = found.get();
    if (!writes.areSeen(cron.metadata().uid())) {
      return new Outcome.Again(OwnWrites.PATIENCE);
    }
    CronJobPlan plan =
        CronJobPlan.of(
            cron,
            jobs.byIndex(PodIndex.CONTROLLER, cron.metadata().uid()),
            parts.timer().instant());
    plan.actions().forEach(action -> apply(cron, action));
    CronJob after = plan.status();
    if (plan.start().isPresent()) {
      after = start(cron, plan);
    }
    if (!after.equals(cron)) {
      parts
          .applier()
          .apply(Plan.of(new Action.UpdateStatus<>(CronJob.KIND, after)), o -> stored(cron, o));
    }
    return plan.again().isPositive() ? new Outcome.Again(plan.again()) : Outcome.DONE;
  }

  private void apply(CronJob cron, Action action) {
    try {
      parts.applier().apply(Plan.of(action));
    } catch (ApiException e) {
      if (action instanceof Action.Delete) {
        report(cron, EventType.WARNING, "FailedDelete", "Deleted job: " + e.text());
      }
      throw e;
    }
  }

  private void stored(CronJob cron, KubeObject object) {
    if (object instanceof CronJob now) {
      writes.stored(cron.metadata().uid(), now, crons);
    } else if (object instanceof Job job) {
      writes.stored(cron.metadata().uid(), job, jobs);
    }
  }

  private CronJob start(CronJob cron, CronJobPlan plan) {
    Job wanted = plan.start().orElseThrow();
    try {
      Job job = parts.client().create(Job.KIND, wanted);
      stored(cron, job);
      report(cron, EventType.NORMAL, "SuccessfulCreate", "Created job " + job.metadata().name());
      return plan.started(job);
    } catch (ApiException e) {
      if (e.reason() == Reason.ALREADY_EXISTS) {
        Optional<Job> present =
            jobs.fresh(parts.client(), wanted.metadata().namespace(), wanted.metadata().name());
        if (present.isPresent() && Owners.isControlledBy(present.get(), cron.metadata().uid())) {
          // Made before, and the answer or the status after it was lost.
          return plan.started(present.get());
        }
      }
      report(cron, EventType.WARNING, "FailedCreate", "Error creating job: " + e.text());
      throw e;
    }
  }

  private void report(CronJob cron, EventType type, String reason, String message) {
    parts.events().report(cron, type, reason, message);
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
