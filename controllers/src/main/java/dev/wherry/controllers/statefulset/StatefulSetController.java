package dev.wherry.controllers.statefulset;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.Dependents;
import dev.wherry.controllers.workload.Expectations;
import dev.wherry.controllers.workload.History;
import dev.wherry.controllers.workload.OwnWrites;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.controllers.workload.RevisionWrites;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Keeps StatefulSets. */
public final class StatefulSetController implements KeyDriven {
  private static final int WORKERS = 5;

  private final Parts parts;
  private final Informer<StatefulSet> sets;
  private final Dependents<StatefulSet, Pod> owned;
  private final Informer<PersistentVolumeClaim> claims;
  private final RevisionWrites revisions;
  private final Expectations expectations;
  private final OwnWrites ownWrites;
  private final PodWrites writes;
  private final KeyedController<ObjectKey> keys;

  public StatefulSetController(Parts parts) {
    this.parts = parts;
    this.expectations = new Expectations(parts.timer());
    this.ownWrites = new OwnWrites(parts.timer());
    this.writes = new PodWrites(parts, expectations);
    this.keys = new KeyedController<>("statefulsets", WORKERS, parts, this::reconcile);
    this.revisions = new RevisionWrites(parts, StatefulSet.KIND, keys::add);
    sets = parts.informers().of(StatefulSet.KIND).onChange(this::setSeen);
    Informer<Pod> pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
    owned = new Dependents<>(StatefulSet.KIND, sets, pods, set -> SetFacts.of(set).selector());
    claims = parts.informers().of(PersistentVolumeClaim.KIND);
  }

  private void setSeen(Change<StatefulSet> change) {
    ownWrites.observe(change);
    if (change instanceof Change.Removed<StatefulSet>(StatefulSet last)) {
      expectations.forget(last.metadata().uid());
    }
    keys.add(ObjectKey.of(change.latest()));
  }

  private void podSeen(Change<Pod> change) {
    expectations.observe(change);
    owned.concerned(change).forEach(keys::add);
  }

  private Outcome reconcile(ObjectKey key) throws InterruptedException {
    Optional<StatefulSet> found = sets.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    StatefulSet set = found.get();
    if (!ownWrites.areSeen(set.metadata().uid())) {
      return new Outcome.Again(OwnWrites.PATIENCE);
    }
    SetFacts facts = SetFacts.of(set);
    History history = revisions.history(sets, set, facts.selector());
    ControllerRevision updated;
    try {
      updated = revisions.provide(history, set, set.status().collisionCount());
    } catch (RevisionWrites.CollisionException e) {
      Integer before = set.status().collisionCount();
      int count = before == null ? 1 : before + 1;
      writeStatus(
          set.toBuilder().status(set.status().toBuilder().collisionCount(count).build()).build());
      return new Outcome.Retry(String.valueOf(e.getMessage()));
    }
    ControllerRevision current = history.named(set.status().currentRevision()).orElse(updated);
    List<Pod> own =
        owned.claim(
            parts.client(), set, owned.candidates(set), pod -> SetFacts.ordinal(set, pod) >= 0);
    StatefulPlan plan =
        StatefulPlan.of(
            set,
            current,
            updated,
            own,
            expectations.areMet(set.metadata().uid()),
            parts.timer().instant());
    Optional<ApiException> failure = carryOut(set, facts, plan, own);
    if (!plan.status().equals(set) && failure.isEmpty()) {
      writeStatus(plan.status());
    }
    Set<String> live = new TreeSet<>(List.of(updated.metadata().name()));
    live.add(current.metadata().name());
    own.forEach(p -> live.add(p.metadata().labels().getOrDefault(History.HASH, "")));
    revisions.truncate(history, live, facts.historyLimit());
    if (failure.isPresent()) {
      return new Outcome.Retry(failure.get().text());
    }
    return expectations.orLater(
        set.metadata().uid(),
        plan.again().isPositive() ? new Outcome.Again(plan.again()) : Outcome.DONE);
  }

  private void writeStatus(StatefulSet set) {
    ownWrites.updateStatus(parts.applier(), StatefulSet.KIND, set, sets);
  }

  private Optional<ApiException> carryOut(
      StatefulSet set, SetFacts facts, StatefulPlan plan, List<Pod> own)
      throws InterruptedException {
    for (Pod pod : plan.create()) {
      for (PersistentVolumeClaim claim : Identity.claims(set, facts, SetFacts.ordinal(set, pod))) {
        provide(set, claim);
      }
    }
    for (Pod pod : own) {
      keepClaims(set, facts, pod, plan.condemned().contains(pod));
    }
    List<Action> updates = new ArrayList<>();
    plan.update().forEach(pod -> updates.add(new Action.Update<>(Pod.KIND, pod)));
    parts.applier().apply(Plan.of(updates));
    for (Pod pod : plan.delete()) {
      if (pod.status().phase().equals("Failed")) {
        parts
            .events()
            .report(
                set,
                EventType.WARNING,
                "RecreatingFailedPod",
                "StatefulSet "
                    + ObjectKey.of(set)
                    + " is recreating failed Pod "
                    + pod.metadata().name());
      }
    }
    PodWrites.Result made = writes.create(set, plan.create());
    PodWrites.Result gone = writes.delete(set, plan.delete());
    return made.namespaceIsGoing() ? Optional.empty() : made.failure().or(gone::failure);
  }

  private void provide(StatefulSet set, PersistentVolumeClaim claim) {
    String name = claim.metadata().name();
    if (claims.get(claim.metadata().namespace(), name).isPresent()) {
      return;
    }
    try {
      parts.client().create(PersistentVolumeClaim.KIND, claim);
      parts
          .events()
          .report(
              set,
              EventType.NORMAL,
              "SuccessfulCreate",
              "create Claim " + name + " in StatefulSet " + set.metadata().name() + " success");
    } catch (ApiException e) {
      if (e.reason() != Reason.ALREADY_EXISTS) {
        throw e;
      }
    }
  }

  /** A claim's owners follow the retention policy. */
  private void keepClaims(StatefulSet set, SetFacts facts, Pod pod, boolean condemned) {
    List<Action> actions = new ArrayList<>();
    for (PersistentVolumeClaim wanted : Identity.claims(set, facts, SetFacts.ordinal(set, pod))) {
      claims
          .get(ObjectKey.of(wanted))
          .ifPresent(claim -> {
            PersistentVolumeClaim kept = Identity.retained(claim, set, facts, pod, condemned);
            if (!Set.copyOf(kept.metadata().ownerReferences())
                .equals(Set.copyOf(claim.metadata().ownerReferences()))) {
              actions.add(new Action.Update<>(PersistentVolumeClaim.KIND, kept));
            }
          });
    }
    parts.applier().apply(Plan.of(actions));
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
