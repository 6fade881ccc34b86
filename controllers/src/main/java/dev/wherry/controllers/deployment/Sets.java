package dev.wherry.controllers.deployment;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.core.v1.PodTemplateSpec;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads ReplicaSets of a Deployment, one or many (deployment_util). */
final class Sets {
  static final String HASH = "pod-template-hash";

  static final Comparator<ReplicaSet> OLDEST_FIRST =
      Comparator.comparing(Sets::created).thenComparing(set -> set.metadata().name());

  /** The largest first, of equal ones the older. */
  static final Comparator<ReplicaSet> LARGEST_THEN_OLDER =
      Comparator.comparing(Sets::size).reversed().thenComparing(OLDEST_FIRST);

  /** The largest first, of equal ones the newer. */
  static final Comparator<ReplicaSet> LARGEST_THEN_NEWER =
      Comparator.comparing(Sets::size).reversed().thenComparing(OLDEST_FIRST.reversed());

  private Sets() {}

  private static Instant created(ReplicaSet set) {
    return requireNonNullElse(set.metadata().creationTimestamp(), Instant.MAX);
  }

  static int size(ReplicaSet set) {
    return requireNonNullElse(set.spec().replicas(), 1);
  }

  static int available(ReplicaSet set) {
    return requireNonNullElse(set.status().availableReplicas(), 0);
  }

  /**
   * Available pods as far as they can be counted on: a status older than the specification may
   * speak of pods that are being deleted.
   */
  static int surelyAvailable(ReplicaSet set) {
    long seen = requireNonNullElse(set.status().observedGeneration(), 0L);
    return seen < requireNonNullElse(set.metadata().generation(), 0L) ? 0 : available(set);
  }

  static int actual(ReplicaSet set) {
    return requireNonNullElse(set.status().replicas(), 0);
  }

  static int ready(ReplicaSet set) {
    return requireNonNullElse(set.status().readyReplicas(), 0);
  }

  static int totalSize(Collection<ReplicaSet> sets) {
    return sets.stream().mapToInt(Sets::size).sum();
  }

  static int totalAvailable(Collection<ReplicaSet> sets) {
    return sets.stream().mapToInt(Sets::available).sum();
  }

  static int totalActual(Collection<ReplicaSet> sets) {
    return sets.stream().mapToInt(Sets::actual).sum();
  }

  /** Those that have, or should have, pods. */
  static List<ReplicaSet> active(Collection<ReplicaSet> sets) {
    return sets.stream().filter(set -> size(set) > 0).toList();
  }

  /** The oldest whose template is the Deployment's, hash aside. */
  static Optional<ReplicaSet> newest(List<ReplicaSet> sets, PodTemplateSpec template) {
    PodTemplateSpec wanted = withoutHash(template);
    return sets.stream().sorted(OLDEST_FIRST).filter(set -> isOfTemplate(set, wanted)).findFirst();
  }

  static boolean isOfTemplate(ReplicaSet set, PodTemplateSpec template) {
    PodTemplateSpec own = requireNonNullElse(set.spec().template(), PodTemplateSpec.EMPTY);
    return withoutHash(own).equals(withoutHash(template));
  }

  private static PodTemplateSpec withoutHash(PodTemplateSpec template) {
    Map<String, String> labels = new HashMap<>(template.metadata().labels());
    labels.remove(HASH);
    return template.toBuilder()
        .metadata(template.metadata().toBuilder().labels(labels).creationTimestamp(null).build())
        .build();
  }
}
