package dev.wherry.controllers.daemonset;

import static java.util.Objects.requireNonNullElse;

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
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.DaemonSet;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Keeps DaemonSets. */
public final class DaemonSetController implements KeyDriven {
  private static final int WORKERS = 2;
  private static final int HISTORY = 10;

  private final Parts parts;
  private final Informer<DaemonSet> sets;
  private final Dependents<DaemonSet, Pod> owned;
  private final Informer<Node> nodes;
  private final RevisionWrites revisions;
  private final Expectations expectations;
  private final OwnWrites ownWrites;
  private final PodWrites writes;
  private final KeyedController<ObjectKey> keys;

  public DaemonSetController(Parts parts) {
    this.parts = parts;
    this.expectations = new Expectations(parts.timer());
    this.ownWrites = new OwnWrites(parts.timer());
    this.writes = new PodWrites(parts, expectations);
    this.keys = new KeyedController<>("daemonsets", WORKERS, parts, this::reconcile);
    this.revisions = new RevisionWrites(parts, DaemonSet.KIND, keys::add);
    sets = parts.informers().of(DaemonSet.KIND).onChange(this::setSeen);
    Informer<Pod> pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
    owned = new Dependents<>(DaemonSet.KIND, sets, pods, DaemonSetController::selector);
    nodes = parts.informers().of(Node.KIND).onChange(this::nodeSeen);
  }

  private void setSeen(Change<DaemonSet> change) {
    ownWrites.observe(change);
    if (change instanceof Change.Removed<DaemonSet>(DaemonSet last)) {
      expectations.forget(last.metadata().uid());
    }
    keys.add(ObjectKey.of(change.latest()));
  }

  /** Heartbeats change nothing that a daemon looks at. */
  private void nodeSeen(Change<Node> change) {
    if (change instanceof Change.Updated<Node>(Node before, Node now)
        && before.metadata().labels().equals(now.metadata().labels())
        && before.spec().equals(now.spec())) {
      return;
    }
    sets.list().forEach(set -> keys.add(ObjectKey.of(set)));
  }

  private void podSeen(Change<Pod> change) {
    expectations.observe(change);
    owned.concerned(change).forEach(keys::add);
  }

  private static Labels selector(DaemonSet set) {
    return Labels.of(Optional.ofNullable(set.spec().selector()));
  }

  private Outcome reconcile(ObjectKey key) throws InterruptedException {
    Optional<DaemonSet> found = sets.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    DaemonSet set = found.get();
    if (selector(set).isEverything()) {
      String message = "This daemon set is selecting all pods. A non-empty selector is required.";
      parts.events().report(set, EventType.WARNING, "SelectingAll", message);
      return Outcome.DONE;
    }
    if (!ownWrites.areSeen(set.metadata().uid())) {
      return new Outcome.Again(OwnWrites.PATIENCE);
    }
    History history = revisions.history(sets, set, selector(set));
    ControllerRevision revision;
    try {
      revision = revisions.provide(history, set, set.status().collisionCount());
    } catch (RevisionWrites.CollisionException e) {
      int count = requireNonNullElse(set.status().collisionCount(), 0) + 1;
      writeStatus(
          set.toBuilder().status(set.status().toBuilder().collisionCount(count).build()).build());
      return new Outcome.Retry(String.valueOf(e.getMessage()));
    }
    return settle(set, history, revision);
  }

  private Outcome settle(DaemonSet set, History history, ControllerRevision revision)
      throws InterruptedException {
    String hash = revision.metadata().labels().getOrDefault(History.HASH, "");
    List<Pod> own = owned.claim(parts.client(), set);
    DaemonPlan plan =
        DaemonPlan.of(
            set,
            hash,
            nodes.list(),
            own,
            expectations.areMet(set.metadata().uid()),
            parts.timer().instant());
    parts.applier().apply(Plan.of(plan.events()));
    // Deletions first: a node never has more than the surge.
    PodWrites.Result gone = writes.delete(set, first(plan.delete()));
    PodWrites.Result made =
        gone.failure().isPresent()
            ? PodWrites.Result.NOTHING
            : writes.create(set, first(plan.create()));
    if (!plan.status().equals(set)) {
      writeStatus(plan.status());
    }
    Set<String> hashes = new TreeSet<>(List.of(hash));
    own.forEach(pod -> hashes.add(DaemonPods.hash(pod)));
    List<String> live = new ArrayList<>();
    for (ControllerRevision one : history.revisions()) {
      if (hashes.contains(one.metadata().labels().getOrDefault(History.HASH, ""))) {
        live.add(one.metadata().name());
      }
    }
    revisions.truncate(
        history, live, requireNonNullElse(set.spec().revisionHistoryLimit(), HISTORY));
    Optional<ApiException> failure =
        made.namespaceIsGoing() ? Optional.empty() : made.failure().or(gone::failure);
    if (failure.isPresent()) {
      return new Outcome.Retry(failure.get().text());
    }
    return expectations.orLater(
        set.metadata().uid(),
        plan.again().isPositive() ? new Outcome.Again(plan.again()) : Outcome.DONE);
  }

  private static List<Pod> first(List<Pod> pods) {
    return pods.subList(0, Math.min(pods.size(), PodWrites.BURST_PODS));
  }

  private void writeStatus(DaemonSet set) {
    ownWrites.updateStatus(parts.applier(), DaemonSet.KIND, set, sets);
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
