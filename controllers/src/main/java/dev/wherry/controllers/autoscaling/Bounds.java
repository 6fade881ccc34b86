package dev.wherry.controllers.autoscaling;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;

/** The fewest and the most replicas an autoscaler may ask for. */
record Bounds(int min, int max) {
  static Bounds of(HorizontalPodAutoscaler autoscaler) {
    return new Bounds(
        requireNonNullElse(autoscaler.spec().minReplicas(), 1),
        requireNonNullElse(autoscaler.spec().maxReplicas(), 1));
  }
}
