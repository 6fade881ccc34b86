package dev.wherry.controllers.replicaset;

import dev.wherry.controllers.workload.StatusCondition;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Optional;

/**
 * What a ReplicaSet and a ReplicationController both say.
 *
 * @param replicas wanted
 */
record ReplicaOwner<T extends KubeObject>(
    T object,
    int replicas,
    int minReadySeconds,
    Labels selector,
    PodTemplateSpec template,
    Status status) {

  /**
   * The observed half.
   *
   * @param terminating empty where the kind does not count them
   */
  record Status(
      int replicas,
      int fullyLabeled,
      int ready,
      int available,
      Optional<Integer> terminating,
      long observedGeneration,
      List<StatusCondition> conditions) {
    Status {
      conditions = List.copyOf(conditions);
    }
  }

  /** Only ReplicaSets count pods that are on their way out. */
  boolean countsTerminating() {
    return object instanceof ReplicaSet;
  }

  boolean isDeleted() {
    return object.metadata().deletionTimestamp() != null;
  }
}
