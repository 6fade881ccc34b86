package dev.wherry.controllers.deployment;

import dev.wherry.model.apps.v1.ReplicaSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Follows a changed number of replicas, in the middle of an update too (deployment sync). */
final class Scaling {
  private final Rollout rollout;
  private final DeploymentFacts facts;
  private final int deploymentSize;

  /**
   * @param statusReplicas pods the Deployment had when its status was last written
   */
  Scaling(Rollout rollout, int statusReplicas) {
    this.rollout = rollout;
    this.facts = rollout.facts();
    this.deploymentSize = statusReplicas;
  }

  /** Whether the Deployment's replicas changed since its ReplicaSets were last scaled. */
  static boolean isDue(Rollout rollout) {
    return Sets.active(rollout.all()).stream()
        .anyMatch(set ->
            Revisions.desired(set)
                .map(desired -> desired != rollout.facts().replicas())
                .orElse(false));
  }

  void scale() {
    Optional<ReplicaSet> only = activeOrLatest();
    if (only.isPresent()) {
      // Of the right size or not: upstream leaves the annotation of one that is, and for that takes
      // every later look for another scaling and never rolls on.
      rollout.scale(only.get(), facts.replicas());
    } else if (isSaturated()) {
      // The new one has all there is to have: the old ones go.
      for (ReplicaSet old : Sets.active(rollout.old())) {
        rollout.scaleIfNeeded(old, 0);
      }
    } else if (!facts.recreate()) {
      proportionally();
    }
  }

  /** The only one with pods, or the newest if none has. */
  private Optional<ReplicaSet> activeOrLatest() {
    List<ReplicaSet> active = Sets.active(rollout.all());
    if (active.size() == 1) {
      return Optional.of(active.getFirst());
    }
    if (active.size() > 1) {
      return Optional.empty();
    }
    return rollout.newSet().or(() -> rollout.old().stream().max(Sets.OLDEST_FIRST));
  }

  private boolean isSaturated() {
    return rollout
        .newSet()
        .map(set ->
            Sets.size(set) == facts.replicas()
                && Revisions.desired(set).equals(Optional.of(facts.replicas()))
                && Sets.available(set) == facts.replicas())
        .orElse(false);
  }

  private void proportionally() {
    List<ReplicaSet> active = new ArrayList<>(Sets.active(rollout.all()));
    int allowed = facts.replicas() > 0 ? facts.maxPods() : 0;
    int toAdd = allowed - Sets.totalSize(active);
    Comparator<ReplicaSet> order = toAdd > 0 ? Sets.LARGEST_THEN_NEWER : Sets.LARGEST_THEN_OLDER;
    active.sort(order);
    int added = 0;
    List<Integer> sizes = new ArrayList<>();
    for (ReplicaSet set : active) {
      int share = share(set, toAdd, added);
      sizes.add(Sets.size(set) + share);
      added += share;
    }
    for (int i = 0; i < active.size(); i++) {
      // What rounding left over falls to the largest.
      int size = i == 0 ? Math.max(0, sizes.get(i) + toAdd - added) : sizes.get(i);
      rollout.scale(active.get(i), size);
    }
  }

  private int share(ReplicaSet set, int toAdd, int added) {
    if (Sets.size(set) == 0 || toAdd == 0 || toAdd == added) {
      return 0;
    }
    int fraction = fraction(set);
    int left = toAdd - added;
    return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
  }

  /** How the set would grow if every set kept its part of the whole. */
  private int fraction(ReplicaSet set) {
    if (facts.replicas() == 0) {
      return -Sets.size(set);
    }
    int before = Revisions.max(set).filter(m -> m != 0).orElse(deploymentSize);
    if (before == 0) {
      return 0;
    }
    double size = (double) Sets.size(set) * facts.maxPods() / before;
    return (int) Math.floor(size + 0.5) - Sets.size(set);
  }
}
