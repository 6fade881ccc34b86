package dev.wherry.controllers.autoscaling;

import dev.wherry.controllers.autoscaling.Pace.Reason;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscalerStatus;
import dev.wherry.model.autoscaling.v2.MetricStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An autoscaler's status on its way to the next one. Immutable. */
record AutoscalerStatus(HorizontalPodAutoscalerStatus status, Instant now) {
  static AutoscalerStatus of(HorizontalPodAutoscaler autoscaler, Instant now) {
    return new AutoscalerStatus(autoscaler.status(), now.truncatedTo(ChronoUnit.SECONDS));
  }

  private AutoscalerStatus next(HorizontalPodAutoscalerStatus.Builder builder) {
    return new AutoscalerStatus(builder.build(), now);
  }

  /** With a condition; its time stays while its status does. */
  AutoscalerStatus with(String type, boolean holds, Reason reason) {
    String word = holds ? "True" : "False";
    List<HorizontalPodAutoscalerCondition> all = new ArrayList<>(status.conditions());
    Optional<HorizontalPodAutoscalerCondition> before =
        all.stream().filter(c -> c.type().equals(type)).findFirst();
    boolean same = before.map(c -> c.status().equals(word)).orElse(false);
    HorizontalPodAutoscalerCondition condition =
        HorizontalPodAutoscalerCondition.builder()
            .type(type)
            .status(word)
            .reason(reason.word())
            .message(reason.message())
            .lastTransitionTime(same ? before.get().lastTransitionTime() : now)
            .build();
    if (before.isPresent()) {
      all.set(all.indexOf(before.get()), condition);
    } else {
      all.add(condition);
    }
    return next(status.toBuilder().conditions(all));
  }

  AutoscalerStatus having(int replicas) {
    return next(status.toBuilder().currentReplicas(replicas));
  }

  AutoscalerStatus desiring(int replicas) {
    return next(status.toBuilder().desiredReplicas(replicas));
  }

  AutoscalerStatus measured(List<MetricStatus> metrics) {
    return next(status.toBuilder().currentMetrics(metrics));
  }

  AutoscalerStatus scaledNow() {
    return next(status.toBuilder().lastScaleTime(now));
  }
}
