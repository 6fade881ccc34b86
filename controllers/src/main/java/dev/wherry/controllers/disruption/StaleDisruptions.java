package dev.wherry.controllers.disruption;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodConditions;
import dev.wherry.controllers.PodIndex;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes back the word that a pod is being disrupted when nobody deletes it (disruption controller's
 * stale pod disruption worker).
 */
public final class StaleDisruptions implements KeyDriven {
  /** So long a deletion may be on its way. */
  private static final Duration STALE_AFTER = Duration.ofMinutes(2);

  private final Parts parts;
  private final Informer<Pod> pods;
  private final KeyedController<ObjectKey> keys;

  public StaleDisruptions(Parts parts) {
    this.parts = parts;
    this.keys = new KeyedController<>("stale-disruptions", 1, parts, this::reconcile);
    this.pods =
        PodIndex.of(parts.informers())
            .onChange(change -> {
              if (mark(change.latest()).isPresent()) {
                keys.add(ObjectKey.of(change.latest()));
              }
            });
  }

  private static Optional<PodCondition> mark(Pod pod) {
    return PodFacts.isActive(pod)
        ? PodConditions.find(pod, PodConditions.DISRUPTION_TARGET)
            .filter(c -> c.status().equals("True"))
        : Optional.empty();
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<Pod> pod = pods.get(key);
    Optional<PodCondition> mark = pod.flatMap(StaleDisruptions::mark);
    if (mark.isEmpty()) {
      return Outcome.DONE;
    }
    Instant now = parts.timer().instant();
    Instant since = requireNonNullElse(mark.get().lastTransitionTime(), now);
    Duration left = Duration.between(now, since.plus(STALE_AFTER));
    if (left.isPositive()) {
      return new Outcome.Again(left);
    }
    Pod taken =
        PodConditions.with(pod.get(), PodConditions.DISRUPTION_TARGET, "False", "", "", now);
    return parts.applier().apply(Plan.of(new Action.UpdateStatus<>(Pod.KIND, taken)));
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
