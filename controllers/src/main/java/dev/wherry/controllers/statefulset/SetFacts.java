package dev.wherry.controllers.statefulset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.IntOrString;
import dev.wherry.model.apps.v1.RollingUpdateStatefulSetStrategy;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.apps.v1.StatefulSetOrdinals;
import dev.wherry.model.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy;
import dev.wherry.model.apps.v1.StatefulSetSpec;
import dev.wherry.model.apps.v1.StatefulSetUpdateStrategy;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.selector.Labels;
import java.util.Optional;

/**
 * What a StatefulSet asks for, with defaults.
 *
 * @param first the lowest ordinal
 * @param ordered whether a pod waits for the one before it
 * @param partition ordinals below {@code first + partition} stay at the current revision
 * @param deleteWithSet whether claims go with the set
 * @param deleteWhenScaled whether a claim goes with its pod when the set shrinks
 */
record SetFacts(
    int replicas,
    int first,
    boolean ordered,
    boolean rolling,
    int partition,
    int maxUnavailable,
    int minReadySeconds,
    int historyLimit,
    boolean deleteWithSet,
    boolean deleteWhenScaled,
    Labels selector) {
  static SetFacts of(StatefulSet set) {
    StatefulSetSpec spec = set.spec();
    int replicas = requireNonNullElse(spec.replicas(), 1);
    StatefulSetUpdateStrategy strategy =
        requireNonNullElse(spec.updateStrategy(), StatefulSetUpdateStrategy.EMPTY);
    RollingUpdateStatefulSetStrategy rolling =
        requireNonNullElse(strategy.rollingUpdate(), RollingUpdateStatefulSetStrategy.EMPTY);
    int unavailable =
        requireNonNullElse(rolling.maxUnavailable(), IntOrString.of(1)).scaled(replicas, true);
    StatefulSetPersistentVolumeClaimRetentionPolicy retention =
        requireNonNullElse(
            spec.persistentVolumeClaimRetentionPolicy(),
            StatefulSetPersistentVolumeClaimRetentionPolicy.EMPTY);
    return new SetFacts(
        replicas,
        requireNonNullElse(
            requireNonNullElse(spec.ordinals(), StatefulSetOrdinals.EMPTY).start(), 0),
        !spec.podManagementPolicy().equals("Parallel"),
        !strategy.type().equals("OnDelete"),
        requireNonNullElse(rolling.partition(), 0),
        Math.max(1, unavailable),
        requireNonNullElse(spec.minReadySeconds(), 0),
        requireNonNullElse(spec.revisionHistoryLimit(), 10),
        retention.whenDeleted().equals("Delete"),
        retention.whenScaled().equals("Delete"),
        Labels.of(Optional.ofNullable(spec.selector())));
  }

  boolean isWanted(int ordinal) {
    return ordinal >= first && ordinal < first + replicas;
  }

  /** The number at the end of a pod's name; -1 when the name is not one of the set's. */
  static int ordinal(StatefulSet set, Pod pod) {
    String prefix = set.metadata().name() + "-";
    String name = pod.metadata().name();
    if (!name.startsWith(prefix)) {
      return -1;
    }
    String digits = name.substring(prefix.length());
    return digits.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(digits) : -1;
  }
}
