package dev.wherry.controllers.deployment;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.controllers.workload.TemplateHash;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentCondition;
import dev.wherry.model.apps.v1.DeploymentStatus;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.ReplicaSetSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides for one Deployment (kube-controller-manager deployment). Pure.
 *
 * @param create the new ReplicaSet to make first
 * @param actions then
 * @param status the Deployment with the status and revision to write at the end, if they change
 * @param again when to look again; zero for when something changes
 */
record DeploymentPlan(
    Optional<ReplicaSet> create,
    List<Action> actions,
    Optional<Deployment> status,
    Duration again) {

  /** A name's longest part before the hash: hash and dash take the rest of 63 characters. */
  private static final int NAME_MAX = 63;

  /**
   * @param sets the Deployment's own
   * @param pods of the sets
   */
  static DeploymentPlan of(
      Deployment deployment, List<ReplicaSet> sets, List<Pod> pods, Instant now) {
    DeploymentFacts facts = DeploymentFacts.of(deployment);
    Deployment seen = withPauseNoted(deployment, facts, now);
    Optional<ReplicaSet> newSet = Sets.newest(sets, facts.template());
    List<ReplicaSet> old =
        sets.stream().filter(set -> newSet.isEmpty() || set != newSet.get()).toList();
    Rollout rollout = new Rollout(seen, facts, newSet, old);
    if (deployment.metadata().deletionTimestamp() != null) {
      return finish(deployment, seen, rollout, false, now);
    }
    seen = adjustNewSet(seen, rollout, now);
    if (facts.paused() || Scaling.isDue(rollout)) {
      new Scaling(rollout, requireNonNullElse(seen.status().replicas(), 0)).scale();
      if (facts.paused()) {
        cleanUp(rollout);
      }
      return finish(deployment, seen, rollout, false, now);
    }
    if (facts.recreate()) {
      seen = recreate(seen, rollout, pods, now);
    } else {
      seen = provideNewSet(seen, rollout, now);
      new RollingUpdate(rollout).step();
    }
    if (rollout.created().isEmpty()
        && Progress.isComplete(seen, facts, Progress.count(seen, rollout, now))) {
      cleanUp(rollout);
    }
    return finish(deployment, seen, rollout, true, now);
  }

  private static DeploymentPlan finish(
      Deployment before, Deployment seen, Rollout rollout, boolean judged, Instant now) {
    DeploymentStatus status =
        judged ? Progress.judge(seen, rollout, now) : Progress.count(seen, rollout, now);
    Deployment after = seen.toBuilder().status(status).build();
    return new DeploymentPlan(
        rollout.created(),
        rollout.actions(),
        after.equals(before) ? Optional.empty() : Optional.of(after),
        Progress.again(after, rollout.facts(), status, now));
  }

  /** So that the deadline does not run on while nothing may move. */
  private static Deployment withPauseNoted(
      Deployment deployment, DeploymentFacts facts, Instant now) {
    Optional<DeploymentCondition> progressing =
        Progress.find(deployment.status().conditions(), Progress.PROGRESSING);
    if (facts.progressDeadline().isEmpty()
        || progressing.map(c -> c.reason().equals(Progress.TIMED_OUT)).orElse(false)) {
      return deployment;
    }
    boolean noted = progressing.map(c -> c.reason().equals(Progress.PAUSED)).orElse(false);
    if (facts.paused() == noted) {
      return deployment;
    }
    return facts.paused()
        ? progressing(deployment, "Unknown", Progress.PAUSED, "Deployment is paused", now)
        : progressing(deployment, "Unknown", "DeploymentResumed", "Deployment is resumed", now);
  }

  private static Deployment progressing(
      Deployment deployment, String status, String reason, String message, Instant now) {
    List<DeploymentCondition> conditions =
        Progress.with(
            deployment.status().conditions(),
            Progress.condition(Progress.PROGRESSING, status, reason, message, now));
    return deployment.toBuilder()
        .status(deployment.status().toBuilder().conditions(conditions).build())
        .build();
  }

  /** A new ReplicaSet that is there already gets the Deployment's annotations and revision. */
  private static Deployment adjustNewSet(Deployment deployment, Rollout rollout, Instant now) {
    Optional<ReplicaSet> found = rollout.newSet();
    if (found.isEmpty()) {
      return deployment;
    }
    ReplicaSet set = found.get();
    Map<String, String> annotations =
        Revisions.ofNewSet(
            deployment.metadata().annotations(),
            set.metadata().annotations(),
            Revisions.highest(rollout.old()) + 1);
    int minReady = rollout.facts().minReadySeconds();
    if (!annotations.equals(set.metadata().annotations())
        || minReady != requireNonNullElse(set.spec().minReadySeconds(), 0)) {
      set =
          Revisions.annotated(set, annotations).toBuilder()
              .spec(set.spec().toBuilder().minReadySeconds(minReady).build())
              .build();
      rollout.update(set);
    }
    Deployment revised = withRevision(deployment, annotations.get(Revisions.REVISION));
    if (rollout.facts().progressDeadline().isPresent()
        && Progress.find(revised.status().conditions(), Progress.PROGRESSING).isEmpty()) {
      String message = "Found new replica set \"" + set.metadata().name() + "\"";
      return progressing(revised, "True", "FoundNewReplicaSet", message, now);
    }
    return revised;
  }

  private static Deployment withRevision(
      Deployment deployment, @org.jspecify.annotations.Nullable String revision) {
    if (revision == null
        || revision.equals(deployment.metadata().annotations().get(Revisions.REVISION))) {
      return deployment;
    }
    Map<String, String> annotations = new TreeMap<>(deployment.metadata().annotations());
    annotations.put(Revisions.REVISION, revision);
    ObjectMeta meta = deployment.metadata().toBuilder().annotations(annotations).build();
    return deployment.toBuilder().metadata(meta).build();
  }

  private static Deployment provideNewSet(Deployment deployment, Rollout rollout, Instant now) {
    if (rollout.newSet().isPresent()) {
      return deployment;
    }
    DeploymentFacts facts = rollout.facts();
    long revision = Revisions.highest(rollout.old()) + 1;
    int size = RollingUpdate.newSize(facts, rollout.old(), 0);
    ReplicaSet set = newSet(deployment, facts, size, revision);
    rollout.create(set);
    String name = set.metadata().name();
    if (size > 0) {
      rollout.report(
          EventType.NORMAL,
          "ScalingReplicaSet",
          "Scaled up replica set " + name + " from 0 to " + size);
    }
    Deployment revised = withRevision(deployment, Long.toString(revision));
    return facts.progressDeadline().isEmpty()
        ? revised
        : progressing(
            revised,
            "True",
            "NewReplicaSetCreated",
            "Created new replica set \"" + name + "\"",
            now);
  }

  private static ReplicaSet newSet(
      Deployment deployment, DeploymentFacts facts, int size, long revision) {
    String hash = TemplateHash.of(facts.template(), deployment.status().collisionCount());
    Map<String, String> labels = new TreeMap<>(facts.template().metadata().labels());
    labels.put(Sets.HASH, hash);
    ObjectMeta templateMeta = facts.template().metadata().toBuilder().labels(labels).build();
    PodTemplateSpec template = facts.template().toBuilder().metadata(templateMeta).build();
    LabelSelector from = DeploymentFacts.selectorOf(deployment);
    Map<String, String> matched = new TreeMap<>(from.matchLabels());
    matched.put(Sets.HASH, hash);
    Map<String, String> annotations =
        Revisions.withSizes(
            Revisions.ofNewSet(deployment.metadata().annotations(), Map.of(), revision), facts);
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(deployment.metadata().namespace())
            .name(name(deployment.metadata().name(), hash))
            .labels(labels)
            .annotations(annotations)
            .ownerReferences(List.of(Owners.reference(deployment)))
            .build();
    return ReplicaSet.builder()
        .metadata(meta)
        .spec(
            ReplicaSetSpec.builder()
                .replicas(size)
                .minReadySeconds(facts.minReadySeconds())
                .selector(from.toBuilder().matchLabels(matched).build())
                .template(template)
                .build())
        .build();
  }

  private static String name(String deployment, String hash) {
    int room = NAME_MAX - hash.length() - 1;
    String prefix = deployment.length() > room ? deployment.substring(0, room) : deployment;
    return prefix + "-" + hash;
  }

  /** All old pods end before the first new one begins. */
  private static Deployment recreate(
      Deployment deployment, Rollout rollout, List<Pod> pods, Instant now) {
    boolean scaled = false;
    for (ReplicaSet old : Sets.active(rollout.old())) {
      scaled |= rollout.scaleIfNeeded(old, 0);
    }
    if (scaled || oldPodsRun(rollout, pods)) {
      return deployment;
    }
    Deployment provided = provideNewSet(deployment, rollout, now);
    rollout
        .newSet()
        .filter(set -> rollout.created().isEmpty())
        .ifPresent(set -> rollout.scaleIfNeeded(set, rollout.facts().replicas()));
    return provided;
  }

  private static boolean oldPodsRun(Rollout rollout, List<Pod> pods) {
    if (Sets.totalActual(rollout.old()) > 0) {
      return true;
    }
    String newUid = rollout.newSet().map(set -> set.metadata().uid()).orElse("");
    return pods.stream()
        .filter(pod -> !PodFacts.isFinished(pod))
        .anyMatch(pod -> newUid.isEmpty() || !Owners.isControlledBy(pod, newUid));
  }

  /** Old ReplicaSets beyond the history go, the oldest revision first. */
  private static void cleanUp(Rollout rollout) {
    Optional<Integer> limit = rollout.facts().historyLimit();
    if (limit.isEmpty()) {
      return;
    }
    List<ReplicaSet> candidates = new ArrayList<>(rollout.old());
    candidates.removeIf(set -> set.metadata().deletionTimestamp() != null);
    candidates.sort(
        Comparator.comparing((ReplicaSet set) -> Revisions.revision(set))
            .thenComparing(Sets.OLDEST_FIRST));
    for (ReplicaSet set : candidates.subList(0, Math.max(0, candidates.size() - limit.get()))) {
      boolean seen =
          requireNonNullElse(set.metadata().generation(), 0L)
              <= requireNonNullElse(set.status().observedGeneration(), 0L);
      if (Sets.actual(set) == 0 && Sets.size(set) == 0 && seen) {
        rollout.delete(set);
      }
    }
  }

  /** The Deployment's status when another template's ReplicaSet has the new one's name. */
  static Deployment collided(Deployment deployment) {
    int count = requireNonNullElse(deployment.status().collisionCount(), 0);
    return deployment.toBuilder()
        .status(deployment.status().toBuilder().collisionCount(count + 1).build())
        .build();
  }

  /** The Deployment's status when the server refused the new ReplicaSet. */
  static Deployment refused(Deployment deployment, String message, Instant now) {
    return DeploymentFacts.of(deployment).progressDeadline().isEmpty()
        ? deployment
        : progressing(deployment, "False", "ReplicaSetCreateError", message, now);
  }
}
