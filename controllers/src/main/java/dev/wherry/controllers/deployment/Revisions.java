package dev.wherry.controllers.deployment;

import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a Deployment's annotations and those of its ReplicaSets tell of each other. */
final class Revisions {
  static final String REVISION = "deployment.kubernetes.io/revision";
  static final String HISTORY = "deployment.kubernetes.io/revision-history";
  static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  static final String MAX = "deployment.kubernetes.io/max-replicas";

  /** Characters of the list of former revisions. */
  static final int HISTORY_CHARACTERS_MAX = 2_000;

  private static final Set<String> NOT_COPIED =
      Set.of(
          "kubectl.kubernetes.io/last-applied-configuration",
          "deprecated.deployment.rollback.to",
          REVISION,
          HISTORY,
          DESIRED,
          MAX);

  private Revisions() {}

  /** 0 where there is none. */
  static long revision(KubeObject object) {
    return number(object.metadata().annotations().getOrDefault(REVISION, "0")).orElse(0L);
  }

  static long highest(List<ReplicaSet> sets) {
    return sets.stream().mapToLong(Revisions::revision).max().orElse(0);
  }

  static Optional<Integer> desired(ReplicaSet set) {
    return number(set.metadata().annotations().getOrDefault(DESIRED, "")).map(Long::intValue);
  }

  static Optional<Integer> max(ReplicaSet set) {
    return number(set.metadata().annotations().getOrDefault(MAX, "")).map(Long::intValue);
  }

  private static Optional<Long> number(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The annotations of the new ReplicaSet: the Deployment's, and at least this revision. */
  static Map<String, String> ofNewSet(
      Map<String, String> deployment, Map<String, String> set, long revision) {
    Map<String, String> all = new TreeMap<>(set);
    deployment.forEach((key, value) -> {
      if (!NOT_COPIED.contains(key)) {
        all.put(key, value);
      }
    });
    String before = set.get(REVISION);
    if (before != null && number(before).isEmpty()) {
      // Somebody's own text: upstream leaves it alone too.
      return all;
    }
    if (before == null || number(before).orElse(0L) < revision) {
      all.put(REVISION, Long.toString(revision));
      if (before != null) {
        all.put(HISTORY, history(set.getOrDefault(HISTORY, ""), before));
      }
    }
    return all;
  }

  /** The former revisions with one more; the oldest go when the text grows too long. */
  static String history(String before, String revision) {
    String kept = before;
    while (!kept.isEmpty() && kept.length() + 1 + revision.length() > HISTORY_CHARACTERS_MAX) {
      int comma = kept.indexOf(',');
      kept = comma < 0 ? "" : kept.substring(comma + 1);
    }
    return kept.isEmpty() ? revision : kept + "," + revision;
  }

  /** The annotations with the sizes that proportional scaling goes by. */
  static Map<String, String> withSizes(Map<String, String> annotations, DeploymentFacts facts) {
    Map<String, String> all = new TreeMap<>(annotations);
    all.put(DESIRED, Integer.toString(facts.replicas()));
    all.put(MAX, Integer.toString(facts.maxPods()));
    return all;
  }

  static ReplicaSet annotated(ReplicaSet set, Map<String, String> annotations) {
    ObjectMeta meta = set.metadata().toBuilder().annotations(annotations).build();
    return set.toBuilder().metadata(meta).build();
  }
}
