package dev.wherry.controllers.deployment;

import dev.wherry.model.apps.v1.ReplicaSet;
import java.util.List;

/**
 * The next step of a rolling update: the new ReplicaSet grows as far as the surge allows, then the
 * old ones shrink as far as availability allows, unhealthy pods first (deployment rolling).
 */
final class RollingUpdate {
  private final Rollout rollout;
  private final DeploymentFacts facts;

  RollingUpdate(Rollout rollout) {
    this.rollout = rollout;
    this.facts = rollout.facts();
  }

  /** How large the new ReplicaSet may be now. */
  static int newSize(DeploymentFacts facts, List<ReplicaSet> all, int current) {
    if (facts.recreate()) {
      return facts.replicas();
    }
    int room = facts.maxPods() - Sets.totalSize(all);
    return room <= 0 ? current : current + Math.min(room, facts.replicas() - current);
  }

  void step() {
    boolean scaled = rollout.newSet().map(this::growNew).orElse(false);
    if (!scaled) {
      shrinkOld();
    }
  }

  private boolean growNew(ReplicaSet newSet) {
    int size = Sets.size(newSet);
    if (size == facts.replicas()) {
      return false;
    }
    if (size > facts.replicas()) {
      return rollout.scaleIfNeeded(newSet, facts.replicas());
    }
    return rollout.scaleIfNeeded(newSet, newSize(facts, rollout.all(), size));
  }

  private void shrinkOld() {
    if (Sets.totalSize(rollout.old()) == 0) {
      return;
    }
    int newUnavailable =
        rollout
            .newSet()
            .map(set -> Math.max(0, Sets.size(set) - Sets.surelyAvailable(set)))
            .orElse(0);
    int most = Sets.totalSize(rollout.all()) - facts.minAvailable() - newUnavailable;
    if (most > 0) {
      int unhealthy = removeUnhealthy(most);
      removeAvailable(most - unhealthy);
    }
  }

  /** Pods that serve nobody go first: they do not lower availability. */
  private int removeUnhealthy(int most) {
    int removed = 0;
    for (ReplicaSet set : rollout.old().stream().sorted(Sets.OLDEST_FIRST).toList()) {
      int count = Math.min(most - removed, Sets.size(set) - Sets.available(set));
      if (count > 0) {
        rollout.scaleIfNeeded(set, Sets.size(set) - count);
        removed += count;
      }
    }
    return removed;
  }

  /**
   * @param most what the sizes allow: a status can still count pods that were scaled away
   */
  private void removeAvailable(int most) {
    int available =
        rollout.newSet().map(Sets::surelyAvailable).orElse(0)
            + rollout.old().stream()
                .mapToInt(set -> Math.min(Sets.size(set), Sets.available(set)))
                .sum();
    int spare = Math.min(most, available - facts.minAvailable());
    int removed = 0;
    for (ReplicaSet set : rollout.old().stream().sorted(Sets.OLDEST_FIRST).toList()) {
      int count = Math.min(spare - removed, Sets.size(set));
      if (count > 0) {
        rollout.scaleIfNeeded(set, Sets.size(set) - count);
        removed += count;
      }
    }
  }
}
