package dev.wherry.controllers.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.Dependents;
import dev.wherry.controllers.workload.Expectations;
import dev.wherry.controllers.workload.OwnWrites;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs Jobs. */
public final class JobController implements Controller {
  /** So long are ended pods collected before they are counted: many end at once. */
  static final Duration BATCH = Duration.ofMillis(100);

  private static final int WORKERS = 5;

  private final Parts parts;
  private final Informer<Job> jobs;
  private final Informer<Pod> pods;
  private final Dependents<Job, Pod> owned;
  private final Expectations expectations;

  /** Uids of pods whose finalizer was taken off and which the view still shows with it. */
  private final Set<String> released = ConcurrentHashMap.newKeySet();

  private final OwnWrites ownWrites;
  private final PodWrites writes;
  private final KeyedController<ObjectKey> keys;
  private final KeyedController<ObjectKey> orphans;

  public JobController(Parts parts) {
    this.parts = parts;
    this.expectations = new Expectations(parts.timer());
    this.ownWrites = new OwnWrites(parts.timer());
    this.writes = new PodWrites(parts, expectations);
    this.keys = new KeyedController<>("jobs", WORKERS, parts, this::reconcile);
    this.orphans = new KeyedController<>("orphans-of-jobs", 1, parts, this::releaseOrphan);
    jobs = parts.informers().of(Job.KIND).onChange(this::jobSeen);
    pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
    owned = new Dependents<>(Job.KIND, jobs, pods, job -> JobFacts.of(job).selector());
  }

  private void jobSeen(Change<Job> change) {
    ownWrites.observe(change);
    Job job = change.latest();
    if (change instanceof Change.Removed<Job>) {
      expectations.forget(job.metadata().uid());
      pods.byIndex(PodIndex.CONTROLLER, job.metadata().uid())
          .forEach(pod -> orphans.add(ObjectKey.of(pod)));
    }
    keys.add(ObjectKey.of(job));
  }

  private void podSeen(Change<Pod> change) {
    expectations.observe(change);
    if (change instanceof Change.Removed<Pod> || !new JobPod(change.latest()).isTracked()) {
      released.remove(change.latest().metadata().uid());
    }
    owned.former(change).ifPresent(before -> enqueue(before, Duration.ZERO));
    boolean batched =
        change instanceof Change.Updated<Pod>(Pod _, Pod now) && PodFacts.isFinished(now);
    enqueue(change.latest(), batched ? BATCH : Duration.ZERO);
  }

  private void enqueue(Pod pod, Duration delay) {
    owned.ownersOf(pod).forEach(key -> keys.addAfter(key, delay));
    if (new JobPod(pod).isTracked() && isAbandoned(pod, jobs::get)) {
      orphans.add(ObjectKey.of(pod));
    }
  }

  /** Whether no Job will ever take the finalizer off. */
  private static boolean isAbandoned(Pod pod, Function<ObjectKey, Optional<Job>> jobs) {
    Optional<OwnerReference> owner = Owners.controller(pod.metadata());
    if (owner.isEmpty()) {
      return true;
    }
    if (!owner.get().kind().equals(Job.KIND.info().kind())) {
      return false;
    }
    return jobs.apply(new ObjectKey(pod.metadata().namespace(), owner.get().name()))
        .filter(job -> job.metadata().uid().equals(owner.get().uid()))
        .isEmpty();
  }

  private Outcome reconcile(ObjectKey key) throws InterruptedException {
    Optional<Job> found = jobs.get(key);
    if (found.isEmpty() || JobFacts.isForeign(found.get())) {
      return Outcome.DONE;
    }
    Job job = found.get();
    if (!ownWrites.areSeen(job.metadata().uid())) {
      return new Outcome.Again(OwnWrites.PATIENCE);
    }
    boolean mayManage = expectations.areMet(job.metadata().uid());
    List<Pod> own = claim(job);
    boolean runs = !JobFacts.isFinished(job) && job.metadata().deletionTimestamp() == null;
    for (Pod pod : runs && mayManage ? own : List.<Pod>of()) {
      if (PodFacts.isActive(pod)
          && !new JobPod(pod).isTracked()
          && !released.contains(pod.metadata().uid())) {
        // Adopted, or let go by a decision that was cut short: it must count when it ends.
        track(pod);
      }
    }
    JobPlan plan = JobPlan.of(job, own, mayManage, parts.timer().instant());
    PodWrites.Result made = writes.create(job, plan.create());
    Queue<Pod> dropped = new ConcurrentLinkedQueue<>();
    Queue<ApiException> failures = new ConcurrentLinkedQueue<>();
    writes.delete(job, plan.drop(), dropped::add).failure().ifPresent(failures::add);
    letGo(dropped, this::releaseUnended, failures);
    writes.delete(job, plan.delete()).failure().ifPresent(failures::add);
    if (plan.status().isPresent()) {
      ownWrites.updateStatus(parts.applier(), Job.KIND, corrected(plan, made), jobs);
    }
    letGo(plan.release(), this::release, failures);
    parts.applier().apply(Plan.of(plan.events()));
    if (made.failure().isPresent() && !made.namespaceIsGoing()) {
      return new Outcome.Retry(made.failure().get().text());
    }
    if (!failures.isEmpty()) {
      return new Outcome.Retry(failures.element().text());
    }
    return expectations.orLater(
        job.metadata().uid(),
        plan.again().isPositive() ? new Outcome.Again(plan.again()) : Outcome.DONE);
  }

  /** The status without the pods that could not be made. */
  private static Job corrected(JobPlan plan, PodWrites.Result made) {
    Job job = plan.status().orElseThrow();
    int missing = plan.create().size() - made.done();
    if (missing == 0) {
      return job;
    }
    Integer planned = job.status().active();
    int active = (planned == null ? 0 : planned) - missing;
    return job.toBuilder()
        .status(job.status().toBuilder().active(active <= 0 ? null : active).build())
        .build();
  }

  private List<Pod> claim(Job job) {
    List<Pod> own = owned.claim(parts.client(), job);
    own.replaceAll(pod -> released.contains(pod.metadata().uid()) ? untracked(pod) : pod);
    return own;
  }

  /** The pod as it is by now, whatever the view shows. */
  private static Pod untracked(Pod pod) {
    List<String> kept = new ArrayList<>(pod.metadata().finalizers());
    kept.remove(JobFacts.FINALIZER);
    ObjectMeta meta = pod.metadata().toBuilder().finalizers(kept).build();
    return pod.toBuilder().metadata(meta).build();
  }

  private void letGo(Collection<Pod> pods, Consumer<Pod> release, Queue<ApiException> failures)
      throws InterruptedException {
    List<Runnable> calls = new ArrayList<>();
    for (Pod pod : pods) {
      calls.add(() -> {
        try {
          release.accept(pod);
        } catch (ApiException e) {
          failures.add(e);
        }
      });
    }
    parts.batches().run(calls);
  }

  /** Takes the finalizer off; a pod that is gone needs nothing. */
  private void release(Pod pod) {
    int at = pod.metadata().finalizers().indexOf(JobFacts.FINALIZER);
    if (at >= 0) {
      String path = "/metadata/finalizers/" + at;
      untrack(pod, at, sameObject(pod));
    }
  }

  /**
   * Takes the finalizer off a pod that was just deleted. After the deletion, and only from a pod
   * that runs or waits by now, whatever the view shows: one that has ended would be counted by
   * nobody. It stays tracked, and counts like any other.
   */
  private void releaseUnended(Pod pod) {
    int at = pod.metadata().finalizers().indexOf(JobFacts.FINALIZER);
    // A pod's phase only goes forward, and may have since.
    for (String phase : at < 0 ? Set.<String>of() : phases(pod.status().phase())) {
      ArrayNode patch = sameObject(pod);
      patch.addObject().put("op", "test").put("path", "/status/phase").put("value", phase);
      try {
        untrack(pod, at, patch);
        return;
      } catch (ApiException e) {
        if (e.reason() != Reason.INVALID) {
          throw e;
        }
      }
    }
  }

  private static Set<String> phases(String shown) {
    return new LinkedHashSet<>(List.of(shown, "Running"));
  }

  private void untrack(Pod pod, int at, ArrayNode patch) {
    String path = "/metadata/finalizers/" + at;
    patch.addObject().put("op", "test").put("path", path).put("value", JobFacts.FINALIZER);
    patch.addObject().put("op", "remove").put("path", path);
    patch(pod, patch);
    released.add(pod.metadata().uid());
  }

  private void track(Pod pod) {
    ArrayNode patch = sameObject(pod);
    if (pod.metadata().finalizers().isEmpty()) {
      patch.addObject().put("op", "add").put("path", "/metadata/finalizers").putArray("value");
    }
    patch
        .addObject()
        .put("op", "add")
        .put("path", "/metadata/finalizers/-")
        .put("value", JobFacts.FINALIZER);
    patch(pod, patch);
    released.remove(pod.metadata().uid());
  }

  private static ArrayNode sameObject(Pod pod) {
    ArrayNode patch = Json.array();
    patch
        .addObject()
        .put("op", "test")
        .put("path", "/metadata/uid")
        .put("value", pod.metadata().uid());
    return patch;
  }

  private void patch(Pod pod, ArrayNode patch) {
    try {
      parts
          .client()
          .patch(
              Pod.KIND, pod.metadata().namespace(), pod.metadata().name(), PatchType.JSON, patch);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** A pod whose Job is gone is counted by nobody. */
  private Outcome releaseOrphan(ObjectKey key) {
    Optional<Pod> pod = pods.get(key);
    if (pod.isEmpty() || !new JobPod(pod.get()).isTracked()) {
      return Outcome.DONE;
    }
    if (isAbandoned(pod.get(), of -> jobs.fresh(parts.client(), of.namespace(), of.name()))) {
      release(pod.get());
    }
    return Outcome.DONE;
  }

  @Override
  public void start() {
    keys.start();
    orphans.start();
  }

  @Override
  public boolean step() throws InterruptedException {
    return keys.step() | orphans.step();
  }

  @Override
  public void close() {
    keys.close();
    orphans.close();
  }
}
