package dev.wherry.controllers.statefulset;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.Dependents;
import dev.wherry.controllers.workload.Expectations;
import dev.wherry.controllers.workload.History;
import dev.wherry.controllers.workload.OwnWrites;
import dev.wherry.controllers.workload.PodWording;
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
  private final ClaimWrites claims;
  private final RevisionWrites revisions;
  private final Expectations expectations;
  private final OwnWrites ownWrites;
  private final PodWrites writes;
  private final KeyedController<ObjectKey> keys;

  public StatefulSetController(Parts parts) {
    this.parts = parts;
    this.expectations = new Expectations(parts.timer());
    this.ownWrites = new OwnWrites(parts.timer());
    this.writes = new PodWrites(parts, expectations, PodWording.STATEFUL);
    this.keys = new KeyedController<>("statefulsets", WORKERS, parts, this::reconcile);
    this.revisions = new RevisionWrites(parts, StatefulSet.KIND, keys::add);
    sets = parts.informers().of(StatefulSet.KIND).onChange(this::setSeen);
    Informer<Pod> pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
    owned = new Dependents<>(StatefulSet.KIND, sets, pods, set -> SetFacts.of(set).selector());
    claims = new ClaimWrites(parts);
    parts.informers().of(PersistentVolumeClaim.KIND).onChange(this::claimSeen);
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

  /** A pod may have waited for an earlier claim of the same name to go. */
  private void claimSeen(Change<PersistentVolumeClaim> change) {
    if (change instanceof Change.Removed<PersistentVolumeClaim>(PersistentVolumeClaim last)) {
      for (StatefulSet set : sets.list()) {
        if (!set.spec().volumeClaimTemplates().isEmpty()
            && set.metadata().namespace().equals(last.metadata().namespace())) {
          keys.add(ObjectKey.of(set));
        }
      }
    }
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
    List<Pod> create = new ArrayList<>();
    Optional<ApiException> noClaim = Optional.empty();
    for (Pod pod : plan.create()) {
      Optional<ApiException> lack = claims.provide(set, facts, pod);
      if (lack.isEmpty()) {
        create.add(pod);
      }
      noClaim = noClaim.or(() -> lack);
    }
    for (Pod pod : own) {
      claims.keep(set, facts, pod, plan.condemned().contains(pod));
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
    PodWrites.Result made = writes.create(set, create);
    PodWrites.Result gone = writes.delete(set, plan.delete());
    Optional<ApiException> refusal = noClaim.or(made::failure);
    return refusal.filter(PodWrites::isGoing).isPresent()
        ? Optional.empty()
        : refusal.or(gone::failure);
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
