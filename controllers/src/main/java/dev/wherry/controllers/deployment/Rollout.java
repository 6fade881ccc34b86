package dev.wherry.controllers.deployment;

import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One decision about a Deployment while it is made: the ReplicaSets as they will be, and what has
 * to be done for it. Lives for one decision, on its thread.
 */
final class Rollout {
  private final Deployment deployment;
  private final DeploymentFacts facts;
  private final List<ReplicaSet> old;
  private final List<Action> actions = new ArrayList<>();
  private Optional<ReplicaSet> newSet;
  private Optional<ReplicaSet> created = Optional.empty();

  Rollout(
      Deployment deployment,
      DeploymentFacts facts,
      Optional<ReplicaSet> newSet,
      List<ReplicaSet> old) {
    this.deployment = deployment;
    this.facts = facts;
    this.newSet = newSet;
    this.old = new ArrayList<>(old);
  }

  DeploymentFacts facts() {
    return facts;
  }

  Optional<ReplicaSet> newSet() {
    return newSet;
  }

  List<ReplicaSet> old() {
    return List.copyOf(old);
  }

  List<ReplicaSet> all() {
    List<ReplicaSet> all = new ArrayList<>(old);
    newSet.ifPresent(all::add);
    return all;
  }

  List<Action> actions() {
    return List.copyOf(actions);
  }

  /** The ReplicaSet that is to be made. */
  Optional<ReplicaSet> created() {
    return created;
  }

  void create(ReplicaSet set) {
    created = Optional.of(set);
    newSet = created;
  }

  void delete(ReplicaSet set) {
    actions.add(
        new Action.Delete(
            ReplicaSet.KIND,
            set.metadata().namespace(),
            set.metadata().name(),
            dev.wherry.machinery.client.DeleteOptions.ofUid(set.metadata().uid())));
  }

  /**
   * Makes a ReplicaSet this large and notes the Deployment's sizes in it.
   *
   * @return whether its size changes
   */
  boolean scale(ReplicaSet set, int size) {
    int before = Sets.size(set);
    Map<String, String> annotations = Revisions.withSizes(set.metadata().annotations(), facts);
    if (before == size && annotations.equals(set.metadata().annotations())) {
      return false;
    }
    ReplicaSet scaled =
        Revisions.annotated(set, annotations).toBuilder()
            .spec(set.spec().toBuilder().replicas(size).build())
            .build();
    update(scaled);
    if (before != size) {
      report(
          EventType.NORMAL,
          "ScalingReplicaSet",
          "Scaled "
              + (size > before ? "up" : "down")
              + " replica set "
              + set.metadata().name()
              + " from "
              + before
              + " to "
              + size);
    }
    return before != size;
  }

  /** As {@link #scale}, but leaves a ReplicaSet alone that has the size. */
  boolean scaleIfNeeded(ReplicaSet set, int size) {
    return Sets.size(set) != size && scale(set, size);
  }

  /** Takes a changed ReplicaSet into the view; one write per set and decision. */
  void update(ReplicaSet changed) {
    String uid = changed.metadata().uid();
    actions.removeIf(
        a -> a instanceof Action.Update<?> u && u.object().metadata().uid().equals(uid));
    actions.add(new Action.Update<>(ReplicaSet.KIND, changed));
    old.replaceAll(set -> set.metadata().uid().equals(uid) ? changed : set);
    newSet = newSet.map(set -> set.metadata().uid().equals(uid) ? changed : set);
  }

  void report(EventType type, String reason, String message) {
    actions.add(new Action.Report(References.to(deployment), type, reason, message));
  }
}
