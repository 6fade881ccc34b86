package dev.wherry.controllers.deployment;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.IntOrString;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentSpec;
import dev.wherry.model.apps.v1.DeploymentStrategy;
import dev.wherry.model.apps.v1.RollingUpdateDeployment;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.selector.Labels;
import java.time.Duration;
import java.util.Optional;

/**
 * What a Deployment asks for, with its numbers resolved.
 *
 * @param maxSurge pods above {@code replicas} during a rolling update
 * @param maxUnavailable pods below it
 * @param progressDeadline empty for none
 * @param historyLimit old ReplicaSets kept; empty for all
 */
record DeploymentFacts(
    int replicas,
    boolean recreate,
    int maxSurge,
    int maxUnavailable,
    int minReadySeconds,
    boolean paused,
    Optional<Duration> progressDeadline,
    Optional<Integer> historyLimit,
    Labels selector,
    PodTemplateSpec template) {

  static DeploymentFacts of(Deployment deployment) {
    DeploymentSpec spec = deployment.spec();
    int replicas = requireNonNullElse(spec.replicas(), 1);
    DeploymentStrategy strategy = requireNonNullElse(spec.strategy(), DeploymentStrategy.EMPTY);
    boolean recreate = strategy.type().equals("Recreate");
    RollingUpdateDeployment rolling =
        requireNonNullElse(strategy.rollingUpdate(), RollingUpdateDeployment.EMPTY);
    int surge = requireNonNullElse(rolling.maxSurge(), IntOrString.of(0)).scaled(replicas, true);
    int unavailable =
        requireNonNullElse(rolling.maxUnavailable(), IntOrString.of(0)).scaled(replicas, false);
    if (surge == 0 && unavailable == 0) {
      // Percentages of few replicas may both round to nothing; then an update would never move.
      unavailable = 1;
    }
    int deadline = requireNonNullElse(spec.progressDeadlineSeconds(), Integer.MAX_VALUE);
    int history = requireNonNullElse(spec.revisionHistoryLimit(), Integer.MAX_VALUE);
    return new DeploymentFacts(
        replicas,
        recreate,
        recreate ? 0 : surge,
        recreate || replicas == 0 ? 0 : Math.min(unavailable, replicas),
        requireNonNullElse(spec.minReadySeconds(), 0),
        Boolean.TRUE.equals(spec.paused()),
        deadline == Integer.MAX_VALUE
            ? Optional.empty()
            : Optional.of(Duration.ofSeconds(deadline)),
        history == Integer.MAX_VALUE ? Optional.empty() : Optional.of(history),
        Labels.of(Optional.ofNullable(spec.selector())),
        requireNonNullElse(spec.template(), PodTemplateSpec.EMPTY));
  }

  /** The most pods there may be. */
  int maxPods() {
    return replicas + maxSurge;
  }

  int minAvailable() {
    return replicas - maxUnavailable;
  }

  static LabelSelector selectorOf(Deployment deployment) {
    return requireNonNullElse(deployment.spec().selector(), LabelSelector.EMPTY);
  }
}
