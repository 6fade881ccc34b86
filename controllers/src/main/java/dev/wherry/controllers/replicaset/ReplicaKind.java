package dev.wherry.controllers.replicaset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.StatusCondition;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.ReplicaSetCondition;
import dev.wherry.model.apps.v1.ReplicaSetStatus;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.core.v1.ReplicationController;
import dev.wherry.model.core.v1.ReplicationControllerCondition;
import dev.wherry.model.core.v1.ReplicationControllerStatus;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How one of the two kinds says it. */
sealed interface ReplicaKind<T extends KubeObject> {
  Kind<T> kind();

  ReplicaOwner<T> read(T object);

  T withStatus(T object, ReplicaOwner.Status status);

  /** A counter that upstream leaves out when it is zero. */
  private static @Nullable Integer unlessZero(int count) {
    return count == 0 ? null : count;
  }

  /** apps/v1 ReplicaSet. */
  record Sets() implements ReplicaKind<ReplicaSet> {
    @Override
    public Kind<ReplicaSet> kind() {
      return ReplicaSet.KIND;
    }

    @Override
    public ReplicaOwner<ReplicaSet> read(ReplicaSet set) {
      ReplicaSetStatus status = set.status();
      List<StatusCondition> conditions =
          status.conditions().stream()
              .map(c ->
                  new StatusCondition(
                      c.type(), c.status(), c.reason(), c.message(), c.lastTransitionTime()))
              .toList();
      return new ReplicaOwner<>(
          set,
          requireNonNullElse(set.spec().replicas(), 1),
          requireNonNullElse(set.spec().minReadySeconds(), 0),
          Labels.of(Optional.ofNullable(set.spec().selector())),
          requireNonNullElse(set.spec().template(), PodTemplateSpec.EMPTY),
          new ReplicaOwner.Status(
              requireNonNullElse(status.replicas(), 0),
              requireNonNullElse(status.fullyLabeledReplicas(), 0),
              requireNonNullElse(status.readyReplicas(), 0),
              requireNonNullElse(status.availableReplicas(), 0),
              Optional.ofNullable(status.terminatingReplicas()),
              requireNonNullElse(status.observedGeneration(), 0L),
              conditions));
    }

    @Override
    public ReplicaSet withStatus(ReplicaSet set, ReplicaOwner.Status status) {
      return set.toBuilder()
          .status(
              ReplicaSetStatus.builder()
                  .replicas(status.replicas())
                  .fullyLabeledReplicas(unlessZero(status.fullyLabeled()))
                  .readyReplicas(unlessZero(status.ready()))
                  .availableReplicas(unlessZero(status.available()))
                  .terminatingReplicas(status.terminating().orElse(null))
                  .observedGeneration(status.observedGeneration())
                  .conditions(
                      status.conditions().stream()
                          .map(c ->
                              ReplicaSetCondition.builder()
                                  .type(c.type())
                                  .status(c.status())
                                  .reason(c.reason())
                                  .message(c.message())
                                  .lastTransitionTime(c.lastTransitionTime())
                                  .build())
                          .toList())
                  .build())
          .build();
    }
  }

  /** core/v1 ReplicationController. */
  record Controllers() implements ReplicaKind<ReplicationController> {
    @Override
    public Kind<ReplicationController> kind() {
      return ReplicationController.KIND;
    }

    @Override
    public ReplicaOwner<ReplicationController> read(ReplicationController controller) {
      ReplicationControllerStatus status = controller.status();
      List<StatusCondition> conditions =
          status.conditions().stream()
              .map(c ->
                  new StatusCondition(
                      c.type(), c.status(), c.reason(), c.message(), c.lastTransitionTime()))
              .toList();
      return new ReplicaOwner<>(
          controller,
          requireNonNullElse(controller.spec().replicas(), 1),
          requireNonNullElse(controller.spec().minReadySeconds(), 0),
          Labels.ofMap(controller.spec().selector()),
          requireNonNullElse(controller.spec().template(), PodTemplateSpec.EMPTY),
          new ReplicaOwner.Status(
              requireNonNullElse(status.replicas(), 0),
              requireNonNullElse(status.fullyLabeledReplicas(), 0),
              requireNonNullElse(status.readyReplicas(), 0),
              requireNonNullElse(status.availableReplicas(), 0),
              Optional.empty(),
              requireNonNullElse(status.observedGeneration(), 0L),
              conditions));
    }

    @Override
    public ReplicationController withStatus(
        ReplicationController controller, ReplicaOwner.Status status) {
      return controller.toBuilder()
          .status(
              ReplicationControllerStatus.builder()
                  .replicas(status.replicas())
                  .fullyLabeledReplicas(unlessZero(status.fullyLabeled()))
                  .readyReplicas(unlessZero(status.ready()))
                  .availableReplicas(unlessZero(status.available()))
                  .observedGeneration(status.observedGeneration())
                  .conditions(
                      status.conditions().stream()
                          .map(c ->
                              ReplicationControllerCondition.builder()
                                  .type(c.type())
                                  .status(c.status())
                                  .reason(c.reason())
                                  .message(c.message())
                                  .lastTransitionTime(c.lastTransitionTime())
                                  .build())
                          .toList())
                  .build())
          .build();
    }
  }
}
