package dev.wherry.controllers.deployment;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.Dependents;
import dev.wherry.controllers.workload.OwnWrites;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rolls Deployments out. */
public final class DeploymentController implements KeyDriven {
  private static final int WORKERS = 5;

  private final Parts parts;
  private final Informer<Deployment> deployments;
  private final Informer<ReplicaSet> sets;
  private final Informer<Pod> pods;
  private final Dependents<Deployment, ReplicaSet> owned;
  private final KeyedController<ObjectKey> keys;
  private final OwnWrites writes;

  public DeploymentController(Parts parts) {
    this.parts = parts;
    this.writes = new OwnWrites(parts.timer());
    this.keys = new KeyedController<>("deployments", WORKERS, parts, this::reconcile);
    deployments =
        parts
            .informers()
            .of(Deployment.KIND)
            .onChange(change -> keys.add(ObjectKey.of(change.latest())));
    sets =
        parts
            .informers()
            .of(ReplicaSet.KIND)
            .index(PodIndex.CONTROLLER, PodIndex::controllerKey)
            .onChange(this::setSeen);
    pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
    owned = new Dependents<>(Deployment.KIND, deployments, sets, DeploymentController::selector);
  }

  private void setSeen(Change<ReplicaSet> change) {
    writes.observe(change);
    owned.concerned(change).forEach(keys::add);
  }

  private static Labels selector(Deployment deployment) {
    return Labels.of(Optional.ofNullable(deployment.spec().selector()));
  }

  /** A Deployment that recreates waits for the end of its last old pod. */
  private void podSeen(Change<Pod> change) {
    if (change instanceof Change.Removed<Pod>(Pod last)) {
      String namespace = last.metadata().namespace();
      Owners.controller(last.metadata())
          .flatMap(owner -> sets.get(namespace, owner.name()))
          .flatMap(set -> Owners.controller(set.metadata()))
          .flatMap(owner -> deployments.get(namespace, owner.name()))
          .filter(deployment -> DeploymentFacts.of(deployment).recreate())
          .ifPresent(deployment -> keys.add(ObjectKey.of(deployment)));
    }
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<Deployment> found = deployments.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    Deployment deployment = found.get();
    if (!writes.areSeen(deployment.metadata().uid())) {
      // The change that is awaited brings the key back.
      return new Outcome.Again(OwnWrites.PATIENCE);
    }
    if (selector(deployment).isEverything()) {
      parts
          .events()
          .report(
              deployment,
              EventType.WARNING,
              "SelectingAll",
              "This deployment is selecting all pods. A non-empty selector is required.");
      return Outcome.DONE;
    }
    List<ReplicaSet> own = owned.claim(parts.client(), deployment);
    List<Pod> ownPods = new ArrayList<>();
    own.forEach(set -> ownPods.addAll(pods.byIndex(PodIndex.CONTROLLER, set.metadata().uid())));
    ownPods.removeIf(PodFacts::isFinished);
    return carryOut(
        deployment, DeploymentPlan.of(deployment, own, ownPods, parts.timer().instant()));
  }

  private Outcome carryOut(Deployment deployment, DeploymentPlan plan) {
    if (plan.create().isPresent()) {
      ReplicaSet wanted = plan.create().get();
      try {
        stored(deployment, parts.client().create(ReplicaSet.KIND, wanted));
      } catch (ApiException e) {
        return createFailed(deployment, wanted, e);
      }
    }
    List<Action> actions = new ArrayList<>(plan.actions());
    plan.status().ifPresent(d -> actions.add(new Action.UpdateStatus<>(Deployment.KIND, d)));
    try {
      return parts
          .applier()
          .apply(Plan.of(actions).withAgain(plan.again()), object -> stored(deployment, object));
    } catch (ApiException e) {
      for (Action action : actions) {
        if (action instanceof Action.Update<?>(var _, ReplicaSet set)) {
          noteIfStored(deployment, set, e);
        }
      }
      throw e;
    }
  }

  private void stored(Deployment deployment, KubeObject object) {
    if (object instanceof ReplicaSet set) {
      writes.stored(deployment.metadata().uid(), set, sets);
    }
  }

  private Outcome createFailed(Deployment deployment, ReplicaSet wanted, ApiException failure) {
    if (failure.reason() == Reason.ALREADY_EXISTS) {
      Optional<ReplicaSet> present =
          sets.fresh(parts.client(), wanted.metadata().namespace(), wanted.metadata().name());
      boolean own =
          present.isPresent()
              && Owners.isControlledBy(present.get(), deployment.metadata().uid())
              && Sets.isOfTemplate(present.get(), DeploymentFacts.of(deployment).template());
      if (!own && present.isPresent()) {
        write(DeploymentPlan.collided(deployment));
      }
      throw failure;
    }
    if (PodWrites.isGoing(failure)) {
      return Outcome.DONE;
    }
    noteIfStored(deployment, wanted, failure);
    String message =
        "Failed to create new replica set \"" + wanted.metadata().name() + "\": " + failure.text();
    parts.events().report(deployment, EventType.WARNING, "ReplicaSetCreateError", message);
    Instant now = parts.timer().instant();
    Deployment told = DeploymentPlan.refused(deployment, message, now);
    if (!told.equals(deployment)) {
      write(told);
    }
    throw failure;
  }

  /**
   * A lost answer is no refusal: what is stored all the same must be in view before the next
   * decision, or the next template's ReplicaSet would be made too large beside it. A version that
   * is in view already is not waited for.
   */
  private void noteIfStored(Deployment deployment, ReplicaSet wanted, ApiException failure) {
    if (failure.code() >= 500) {
      sets.fresh(parts.client(), wanted.metadata().namespace(), wanted.metadata().name())
          .filter(set -> Owners.isControlledBy(set, deployment.metadata().uid()))
          .ifPresent(set -> stored(deployment, set));
    }
  }

  private void write(Deployment deployment) {
    parts.applier().apply(Plan.of(new Action.UpdateStatus<>(Deployment.KIND, deployment)));
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
