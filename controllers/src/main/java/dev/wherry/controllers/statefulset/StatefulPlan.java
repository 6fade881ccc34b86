package dev.wherry.controllers.statefulset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.History;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.apps.v1.StatefulSetStatus;
import dev.wherry.model.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one StatefulSet (kube-controller-manager statefulset). Pure.
 *
 * @param create pods, by their ordinals
 * @param condemned pods that the set has no place for
 * @param update pods whose identity is to be put right
 */
record StatefulPlan(
    List<Pod> create,
    List<Pod> delete,
    List<Pod> update,
    List<Pod> condemned,
    StatefulSet status,
    Duration again) {

  /**
   * @param pods the set's own
   * @param mayChange whether the view shows everything that was done before
   */
  static StatefulPlan of(
      StatefulSet set,
      ControllerRevision current,
      ControllerRevision updated,
      List<Pod> pods,
      boolean mayChange,
      Instant now) {
    return new Decision(set, current, updated, pods, now).decide(mayChange);
  }

  /** One decision while it is made. */
  private static final class Decision {
    private final StatefulSet set;
    private final SetFacts facts;
    private final ControllerRevision current;
    private final ControllerRevision updated;
    private final Instant now;
    private final TreeMap<Integer, Pod> places = new TreeMap<>();
    private final List<Pod> condemned = new ArrayList<>();
    private final List<Pod> create = new ArrayList<>();
    private final List<Pod> delete = new ArrayList<>();
    private final List<Pod> update = new ArrayList<>();

    Decision(
        StatefulSet set,
        ControllerRevision current,
        ControllerRevision updated,
        List<Pod> pods,
        Instant now) {
      this.set = set;
      this.facts = SetFacts.of(set);
      this.current = current;
      this.updated = updated;
      this.now = now;
      for (Pod pod : pods) {
        int ordinal = SetFacts.ordinal(set, pod);
        if (facts.isWanted(ordinal)) {
          places.put(ordinal, pod);
        } else if (ordinal >= 0) {
          condemned.add(pod);
        }
      }
      condemned.sort(Comparator.comparing((Pod p) -> SetFacts.ordinal(set, p)).reversed());
    }

    StatefulPlan decide(boolean mayChange) {
      if (mayChange
          && set.metadata().deletionTimestamp() == null
          && fillPlaces()
          && removeCondemned()
          && facts.rolling()) {
        roll();
      }
      return new StatefulPlan(create, delete, update, condemned, status(), nextAvailable());
    }

    private boolean isHealthy(Pod pod) {
      return pod.status().phase().equals("Running")
          && PodFacts.isReady(pod)
          && !PodFacts.isDeleted(pod);
    }

    private boolean isAvailable(Pod pod) {
      return isHealthy(pod) && PodFacts.isAvailable(pod, facts.minReadySeconds(), now);
    }

    /**
     * @return false when something has to come to pass first
     */
    private boolean fillPlaces() {
      for (int ordinal = facts.first(); ordinal < facts.first() + facts.replicas(); ordinal++) {
        Pod pod = places.get(ordinal);
        boolean goesOn = pod == null ? fill(ordinal) : mend(pod, ordinal);
        if (!goesOn && facts.ordered()) {
          return false;
        }
      }
      return true;
    }

    private boolean fill(int ordinal) {
      create.add(Identity.pod(set, revisionOf(ordinal), ordinal));
      return false;
    }

    private boolean mend(Pod pod, int ordinal) {
      if (PodFacts.isFinished(pod)) {
        if (!PodFacts.isDeleted(pod)) {
          delete.add(pod);
        }
        return false;
      }
      Pod corrected = Identity.corrected(set, pod, ordinal);
      if (corrected != pod) {
        update.add(corrected);
      }
      return isAvailable(pod);
    }

    /** Ordinals below the partition keep the current revision; so do places not rolled yet. */
    private ControllerRevision revisionOf(int ordinal) {
      boolean old = facts.rolling() && ordinal < facts.first() + facts.partition();
      return old ? current : updated;
    }

    private boolean removeCondemned() {
      Optional<Pod> firstUnhealthy =
          java.util.stream.Stream.concat(places.values().stream(), condemned.stream())
              .filter(p -> !isHealthy(p))
              .min(Comparator.comparing(p -> SetFacts.ordinal(set, p)));
      for (Pod pod : condemned) {
        if (PodFacts.isDeleted(pod)) {
          if (facts.ordered()) {
            return false;
          }
          continue;
        }
        boolean first = firstUnhealthy.filter(p -> p == pod).isPresent();
        if (facts.ordered() && !isAvailable(pod) && !first) {
          return false;
        }
        delete.add(pod);
        if (facts.ordered()) {
          return false;
        }
      }
      return true;
    }

    /** From the highest ordinal down, so many at once as may be unavailable. */
    private void roll() {
      int unavailable = 0;
      for (int i = 0; i < facts.replicas(); i++) {
        Pod pod = places.get(facts.first() + i);
        unavailable += pod == null || !isAvailable(pod) ? 1 : 0;
      }
      int low = facts.first() + facts.partition();
      for (var place : places.descendingMap().entrySet()) {
        Pod pod = place.getValue();
        if (place.getKey() < low) {
          return;
        }
        boolean old = !revision(pod).equals(updated.metadata().name());
        if (!old || PodFacts.isDeleted(pod) || delete.contains(pod)) {
          if (facts.maxUnavailable() == 1 && !isHealthy(pod)) {
            return;
          }
          continue;
        }
        if (isAvailable(pod)) {
          if (unavailable >= facts.maxUnavailable()) {
            return;
          }
          unavailable++;
        }
        delete.add(pod);
        if (facts.maxUnavailable() == 1) {
          return;
        }
      }
    }

    private static String revision(Pod pod) {
      return pod.metadata().labels().getOrDefault(History.HASH, "");
    }

    /** A pod that is deleted counts until it is gone. */
    private StatefulSet status() {
      int ready = 0;
      int available = 0;
      int ofCurrent = 0;
      int ofUpdated = 0;
      List<Pod> all = new ArrayList<>(places.values());
      all.addAll(condemned);
      all.addAll(create);
      int replicas = all.size();
      for (Pod pod : all) {
        boolean stays = !PodFacts.isDeleted(pod) && !delete.contains(pod);
        boolean healthy = pod.status().phase().equals("Running") && PodFacts.isReady(pod);
        ready += healthy ? 1 : 0;
        available += healthy && PodFacts.isAvailable(pod, facts.minReadySeconds(), now) ? 1 : 0;
        ofCurrent += stays && revision(pod).equals(current.metadata().name()) ? 1 : 0;
        ofUpdated += stays && revision(pod).equals(updated.metadata().name()) ? 1 : 0;
      }
      String currentName = current.metadata().name();
      boolean rolledOut =
          facts.rolling()
              && ofUpdated == facts.replicas()
              && replicas == ofUpdated
              && ready == facts.replicas();
      if (rolledOut) {
        currentName = updated.metadata().name();
        ofCurrent = ofUpdated;
      }
      StatefulSetStatus status =
          set.status().toBuilder()
              .observedGeneration(requireNonNullElse(set.metadata().generation(), 0L))
              .replicas(replicas)
              .readyReplicas(unlessZero(ready))
              .availableReplicas(available)
              .currentReplicas(unlessZero(ofCurrent))
              .updatedReplicas(unlessZero(ofUpdated))
              .currentRevision(currentName)
              .updateRevision(updated.metadata().name())
              .collisionCount(requireNonNullElse(set.status().collisionCount(), 0))
              .build();
      return set.toBuilder().status(status).build();
    }

    private static @Nullable Integer unlessZero(int count) {
      return count == 0 ? null : count;
    }

    private Duration nextAvailable() {
      return places.values().stream()
          .flatMap(p -> PodFacts.availableIn(p, facts.minReadySeconds(), now).stream())
          .filter(Duration::isPositive)
          .min(Duration::compareTo)
          .orElse(Duration.ZERO);
    }
  }
}
