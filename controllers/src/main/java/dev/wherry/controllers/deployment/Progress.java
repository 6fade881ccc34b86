package dev.wherry.controllers.deployment;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentCondition;
import dev.wherry.model.apps.v1.DeploymentStatus;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.ReplicaSetCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Deployment's status and what it says of its progress (deployment progress, sync). Pure. */
final class Progress {
  static final String PROGRESSING = "Progressing";
  static final String AVAILABLE = "Available";
  static final String REPLICA_FAILURE = "ReplicaFailure";
  static final String NEW_SET_AVAILABLE = "NewReplicaSetAvailable";
  static final String TIMED_OUT = "ProgressDeadlineExceeded";
  static final String PAUSED = "DeploymentPaused";

  private Progress() {}

  static Optional<DeploymentCondition> find(List<DeploymentCondition> all, String type) {
    return all.stream().filter(c -> c.type().equals(type)).findFirst();
  }

  static DeploymentCondition condition(
      String type, String status, String reason, String message, Instant now) {
    return DeploymentCondition.builder()
        .type(type)
        .status(status)
        .reason(reason)
        .message(message)
        .lastUpdateTime(now)
        .lastTransitionTime(now)
        .build();
  }

  /** The conditions with this one; one of the same status and reason stays as it is. */
  static List<DeploymentCondition> with(List<DeploymentCondition> all, DeploymentCondition wanted) {
    Optional<DeploymentCondition> before = find(all, wanted.type());
    boolean sameStatus = before.isPresent() && before.get().status().equals(wanted.status());
    if (sameStatus && before.get().reason().equals(wanted.reason())) {
      return all;
    }
    List<DeploymentCondition> kept = new ArrayList<>(without(all, wanted.type()));
    kept.add(
        sameStatus
            ? wanted.toBuilder().lastTransitionTime(before.get().lastTransitionTime()).build()
            : wanted);
    return kept;
  }

  static List<DeploymentCondition> without(List<DeploymentCondition> all, String type) {
    return all.stream().filter(c -> !c.type().equals(type)).toList();
  }

  /** The figures, and whether enough pods are available. */
  static DeploymentStatus count(Deployment deployment, Rollout rollout, Instant now) {
    DeploymentFacts facts = rollout.facts();
    List<ReplicaSet> all = rollout.all();
    int available = Sets.totalAvailable(all);
    int total = Sets.totalActual(all);
    int wanted = all.stream().mapToInt(Sets::size).sum();
    int ready = all.stream().mapToInt(Sets::ready).sum();
    int updated = rollout.newSet().map(Sets::actual).orElse(0);
    boolean enough = available >= facts.minAvailable();
    DeploymentCondition availability =
        enough
            ? condition(
                AVAILABLE,
                "True",
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.",
                now)
            : condition(
                AVAILABLE,
                "False",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
                now);
    return DeploymentStatus.builder()
        .observedGeneration(deployment.metadata().generation())
        .replicas(unlessZero(total))
        .updatedReplicas(unlessZero(updated))
        .readyReplicas(unlessZero(ready))
        .availableReplicas(unlessZero(available))
        .unavailableReplicas(unlessZero(Math.max(0, wanted - available)))
        .terminatingReplicas(terminating(all))
        .collisionCount(deployment.status().collisionCount())
        .conditions(with(deployment.status().conditions(), availability))
        .build();
  }

  private static @Nullable Integer unlessZero(int count) {
    return count == 0 ? null : count;
  }

  private static @Nullable Integer terminating(List<ReplicaSet> all) {
    int sum = 0;
    for (ReplicaSet set : all) {
      Integer count = set.status().terminatingReplicas();
      if (count == null) {
        return null;
      }
      sum += count;
    }
    return sum;
  }

  /** The figures with what they mean for the progress of an update. */
  static DeploymentStatus judge(Deployment deployment, Rollout rollout, Instant now) {
    DeploymentStatus counted = count(deployment, rollout, now);
    List<DeploymentCondition> conditions = counted.conditions();
    Optional<DeploymentCondition> before = find(deployment.status().conditions(), PROGRESSING);
    if (rollout.facts().progressDeadline().isEmpty()) {
      conditions = without(conditions, PROGRESSING);
    } else {
      boolean settled =
          or0(counted.replicas()) == or0(counted.updatedReplicas())
              && before.map(c -> c.reason().equals(NEW_SET_AVAILABLE)).orElse(false);
      if (!settled) {
        conditions = progressed(deployment, rollout, counted, conditions, now);
      }
    }
    Optional<ReplicaSetCondition> failure = failure(rollout);
    conditions =
        failure.isPresent()
            ? with(conditions, ofSet(failure.get()))
            : without(conditions, REPLICA_FAILURE);
    return counted.toBuilder().conditions(conditions).build();
  }

  private static List<DeploymentCondition> progressed(
      Deployment deployment,
      Rollout rollout,
      DeploymentStatus counted,
      List<DeploymentCondition> conditions,
      Instant now) {
    String subject =
        rollout
            .newSet()
            .map(set -> "ReplicaSet \"" + set.metadata().name() + "\"")
            .orElse("Deployment \"" + deployment.metadata().name() + "\"");
    Optional<DeploymentCondition> before = find(deployment.status().conditions(), PROGRESSING);
    if (isComplete(deployment, rollout.facts(), counted)) {
      return with(
          conditions,
          condition(
              PROGRESSING,
              "True",
              NEW_SET_AVAILABLE,
              subject + " has successfully progressed.",
              now));
    }
    if (isMoving(deployment.status(), counted)) {
      DeploymentCondition moving =
          condition(PROGRESSING, "True", "ReplicaSetUpdated", subject + " is progressing.", now);
      if (before.isPresent() && before.get().status().equals("True")) {
        moving = moving.toBuilder().lastTransitionTime(before.get().lastTransitionTime()).build();
      }
      // Taken out first, so that the time of the last movement is renewed.
      return with(without(conditions, PROGRESSING), moving);
    }
    if (isTimedOut(rollout.facts(), before, now)) {
      return with(
          conditions,
          condition(PROGRESSING, "False", TIMED_OUT, subject + " has timed out progressing.", now));
    }
    return conditions;
  }

  /** All pods are of the new template and available, and the latest specification was seen. */
  static boolean isComplete(Deployment deployment, DeploymentFacts facts, DeploymentStatus status) {
    return or0(status.updatedReplicas()) == facts.replicas()
        && or0(status.replicas()) == facts.replicas()
        && or0(status.availableReplicas()) == facts.replicas()
        && requireNonNullElse(status.observedGeneration(), 0L)
            >= requireNonNullElse(deployment.metadata().generation(), 0L);
  }

  private static boolean isMoving(DeploymentStatus before, DeploymentStatus now) {
    int oldBefore = or0(before.replicas()) - or0(before.updatedReplicas());
    int oldNow = or0(now.replicas()) - or0(now.updatedReplicas());
    return or0(now.updatedReplicas()) > or0(before.updatedReplicas())
        || oldNow < oldBefore
        || or0(now.readyReplicas()) > or0(before.readyReplicas())
        || or0(now.availableReplicas()) > or0(before.availableReplicas());
  }

  private static boolean isTimedOut(
      DeploymentFacts facts, Optional<DeploymentCondition> before, Instant now) {
    if (before.isEmpty() || before.get().reason().equals(NEW_SET_AVAILABLE)) {
      return false;
    }
    return before.get().reason().equals(TIMED_OUT)
        || untilDeadline(facts, before.get(), now).map(Duration::isNegative).orElse(false);
  }

  private static Optional<Duration> untilDeadline(
      DeploymentFacts facts, DeploymentCondition progressing, Instant now) {
    Instant moved = progressing.lastUpdateTime();
    return moved == null
        ? Optional.empty()
        : facts.progressDeadline().map(d -> Duration.between(now, moved.plus(d)));
  }

  /** When a Deployment that does not move has to be looked at again; zero for never. */
  static Duration again(
      Deployment deployment, DeploymentFacts facts, DeploymentStatus status, Instant now) {
    Optional<DeploymentCondition> progressing = find(status.conditions(), PROGRESSING);
    if (progressing.isEmpty()
        || facts.paused()
        || isComplete(deployment, facts, status)
        || progressing.get().reason().equals(TIMED_OUT)
        || progressing.get().reason().equals(NEW_SET_AVAILABLE)) {
      return Duration.ZERO;
    }
    return untilDeadline(facts, progressing.get(), now)
        .map(left -> (left.isNegative() ? Duration.ZERO : left).plusSeconds(1))
        .orElse(Duration.ZERO);
  }

  private static Optional<ReplicaSetCondition> failure(Rollout rollout) {
    return Stream.concat(rollout.newSet().stream(), rollout.old().stream())
        .flatMap(set -> set.status().conditions().stream())
        .filter(c -> c.type().equals(REPLICA_FAILURE))
        .findFirst();
  }

  private static DeploymentCondition ofSet(ReplicaSetCondition failure) {
    return DeploymentCondition.builder()
        .type(failure.type())
        .status(failure.status())
        .reason(failure.reason())
        .message(failure.message())
        .lastTransitionTime(failure.lastTransitionTime())
        .lastUpdateTime(failure.lastTransitionTime())
        .build();
  }

  private static int or0(@Nullable Integer count) {
    return count == null ? 0 : count;
  }
}
