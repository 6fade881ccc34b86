package dev.wherry.controllers.replicaset;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.Dependents;
import dev.wherry.controllers.workload.Expectations;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.ReplicationController;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps the number of pods that ReplicaSets or ReplicationControllers ask for. */
public final class ReplicaController<T extends KubeObject> implements KeyDriven {
  private static final int WORKERS = 5;

  private final ReplicaKind<T> kind;
  private final Parts parts;
  private final Informer<T> owners;
  private final Informer<Pod> pods;
  private final Dependents<T, Pod> owned;
  private final Expectations expectations;
  private final PodWrites writes;
  private final KeyedController<ObjectKey> keys;

  private ReplicaController(ReplicaKind<T> kind, Parts parts) {
    this.kind = kind;
    this.parts = parts;
    this.expectations = new Expectations(parts.timer());
    this.writes = new PodWrites(parts, expectations);
    this.keys = new KeyedController<>(kind.kind().info().plural(), WORKERS, parts, this::reconcile);
    owners =
        parts
            .informers()
            .of(kind.kind())
            .index(PodIndex.CONTROLLER, PodIndex::controllerKey)
            .onChange(this::ownerSeen);
    pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
    owned = new Dependents<>(kind.kind(), owners, pods, owner -> kind.read(owner).selector());
  }

  public static ReplicaController<ReplicaSet> ofSets(Parts parts) {
    return new ReplicaController<>(new ReplicaKind.Sets(), parts);
  }

  public static ReplicaController<ReplicationController> ofControllers(Parts parts) {
    return new ReplicaController<>(new ReplicaKind.Controllers(), parts);
  }

  private void ownerSeen(Change<T> change) {
    if (change instanceof Change.Removed<T>(T last)) {
      expectations.forget(last.metadata().uid());
    }
    keys.add(ObjectKey.of(change.latest()));
  }

  private void podSeen(Change<Pod> change) {
    expectations.observe(change);
    owned.concerned(change).forEach(keys::add);
  }

  private Outcome reconcile(ObjectKey key) throws InterruptedException {
    Optional<T> found = owners.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    ReplicaOwner<T> owner = kind.read(found.get());
    boolean mayDecide = expectations.areMet(found.get().metadata().uid());
    List<Pod> own = claim(owner);
    Instant now = parts.timer().instant();
    PodWrites.Result result = PodWrites.Result.NOTHING;
    if (mayDecide) {
      ReplicaPlan plan = ReplicaPlan.of(owner, own, () -> siblings(owner, own), now);
      result =
          plan.delete().isEmpty()
              ? writes.create(owner.object(), plan.create())
              : writes.delete(owner.object(), plan.delete());
    }
    Optional<String> failure =
        result.namespaceIsGoing() ? Optional.empty() : result.failure().map(ApiException::text);
    ReplicaOwner.Status status =
        ReplicaPlan.status(
            owner, own, expectations.deleted(found.get().metadata().uid()), failure, now);
    if (!status.equals(owner.status())) {
      parts
          .applier()
          .apply(
              Plan.of(
                  new Action.UpdateStatus<>(kind.kind(), kind.withStatus(owner.object(), status))));
    }
    if (failure.isPresent()) {
      return new Outcome.Retry(failure.get());
    }
    Optional<Duration> next = ReplicaPlan.nextAvailable(owner, own, now);
    return expectations.orLater(
        found.get().metadata().uid(),
        next.isPresent() ? new Outcome.Again(next.get()) : Outcome.DONE);
  }

  /** The owner's pods: those that still count, and those on their way out. */
  private List<Pod> claim(ReplicaOwner<T> owner) {
    List<Pod> candidates = owned.candidates(owner.object());
    candidates.removeIf(PodFacts::isFinished);
    return owned.claim(parts.client(), owner.object(), candidates, pod -> true);
  }

  /** Pods of all ReplicaSets of one Deployment share the work. */
  private List<Pod> siblings(ReplicaOwner<T> owner, List<Pod> own) {
    Optional<OwnerReference> controller = Owners.controller(owner.object().metadata());
    if (controller.isEmpty()) {
      return own;
    }
    List<Pod> all = new ArrayList<>();
    for (T sibling : owners.byIndex(PodIndex.CONTROLLER, controller.get().uid())) {
      all.addAll(pods.byIndex(PodIndex.CONTROLLER, sibling.metadata().uid()));
    }
    return all;
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
