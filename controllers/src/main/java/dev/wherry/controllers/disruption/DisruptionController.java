package dev.wherry.controllers.disruption;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.policy.v1.PodDisruptionBudget;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Optional;

/** Keeps the status of PodDisruptionBudgets, by which evictions are allowed. */
public final class DisruptionController implements KeyDriven {
  private static final int WORKERS = 1;

  private final Parts parts;
  private final Informer<PodDisruptionBudget> budgets;
  private final Informer<Pod> pods;
  private final ControllerScales scales;
  private final KeyedController<ObjectKey> keys;

  public DisruptionController(Parts parts) {
    this.parts = parts;
    this.keys = new KeyedController<>("disruption", WORKERS, parts, this::reconcile);
    this.scales = new ControllerScales(parts.client(), parts.informers());
    budgets =
        parts
            .informers()
            .of(PodDisruptionBudget.KIND)
            .onChange(change -> keys.add(ObjectKey.of(change.latest())));
    pods = PodIndex.of(parts.informers()).onChange(this::podSeen);
  }

  private void podSeen(Change<Pod> change) {
    Pod pod = change.latest();
    boolean told = change instanceof Change.Removed<Pod>;
    if (change instanceof Change.Updated<Pod>(Pod before, Pod now)) {
      told = before.metadata().labels().equals(now.metadata().labels());
      if (!told) {
        of(before).forEach(budget -> keys.add(ObjectKey.of(budget)));
      }
    }
    List<PodDisruptionBudget> all = of(pod);
    all.forEach(budget -> keys.add(ObjectKey.of(budget)));
    if (all.size() > 1 && !told) {
      // Such a pod cannot be evicted.
      String message =
          "Pod \"%s\"/\"%s\" matches multiple PodDisruptionBudgets.  Chose \"%s\" arbitrarily.";
      ObjectMeta meta = pod.metadata();
      String first = all.getFirst().metadata().name();
      parts
          .events()
          .report(
              pod,
              EventType.WARNING,
              "MultiplePodDisruptionBudgets",
              message.formatted(meta.namespace(), meta.name(), first));
    }
  }

  private List<PodDisruptionBudget> of(Pod pod) {
    return budgets.list(pod.metadata().namespace()).stream()
        .filter(budget -> selector(budget).matches(pod.metadata().labels()))
        .toList();
  }

  private static Labels selector(PodDisruptionBudget budget) {
    return Labels.of(Optional.ofNullable(budget.spec().selector()));
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<PodDisruptionBudget> found = budgets.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    PodDisruptionBudget budget = found.get();
    Labels selector = selector(budget);
    List<Pod> own =
        pods.list(key.namespace()).stream()
            .filter(pod -> selector.matches(pod.metadata().labels()))
            .toList();
    if (own.isEmpty()) {
      report(budget, EventType.NORMAL, "NoPods", "No matching pods found");
    }
    int scale = 0;
    if (BudgetPlan.needsScale(budget)) {
      try {
        scale = scales.total(own);
        warnOfUnmanaged(budget, own);
      } catch (ControllerScales.UnknownScaleException e) {
        report(
            budget,
            EventType.WARNING,
            "CalculateExpectedPodCountFailed",
            "Failed to calculate the number of expected pods: " + e.getMessage());
        write(
            budget,
            BudgetPlan.failed(budget, String.valueOf(e.getMessage()), parts.timer().instant()));
        return Outcome.DONE;
      }
    }
    BudgetPlan plan = BudgetPlan.of(budget, own, scale, parts.timer().instant());
    for (Pod pod : plan.overdue()) {
      parts
          .events()
          .report(
              pod,
              EventType.WARNING,
              "NotDeleted",
              "Pod was expected by PDB " + key + " to be deleted but it wasn't");
    }
    write(budget, plan.status());
    return plan.again().isPositive() ? new Outcome.Again(plan.again()) : Outcome.DONE;
  }

  private void warnOfUnmanaged(PodDisruptionBudget budget, List<Pod> own) {
    if (own.stream().anyMatch(pod -> Owners.controller(pod.metadata()).isEmpty())) {
      report(
          budget,
          EventType.WARNING,
          "UnmanagedPods",
          "Pods selected by this PodDisruptionBudget (selector: "
              + selector(budget)
              + ") were found to be unmanaged. As a result, the status of the PDB cannot be"
              + " calculated correctly, which may result in undefined behavior. To account for"
              + " these pods please set \".spec.minAvailable\" field of the PDB to an integer"
              + " value.");
    }
  }

  /** A conflict with an eviction brings the key back with what the eviction took. */
  private void write(PodDisruptionBudget budget, PodDisruptionBudget wanted) {
    if (!wanted.status().equals(budget.status())) {
      parts.applier().apply(Plan.of(new Action.UpdateStatus<>(PodDisruptionBudget.KIND, wanted)));
    }
  }

  private void report(PodDisruptionBudget budget, EventType type, String reason, String message) {
    parts.events().report(budget, type, reason, message);
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
