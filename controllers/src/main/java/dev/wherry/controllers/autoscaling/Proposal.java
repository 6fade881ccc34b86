package dev.wherry.controllers.autoscaling;

import dev.wherry.model.autoscaling.v2.MetricStatus;

/** What one metric of an autoscaler asks for. */
sealed interface Proposal {
  /**
   * A number of replicas.
   *
   * @param metric how events and conditions name the metric
   */
  record Replicas(int count, String metric, MetricStatus status) implements Proposal {}

  /**
   * Nothing: the metric cannot be had, or makes no sense.
   *
   * @param type of the metric, as its specification names it
   * @param reason of the event and the condition, such as {@code FailedGetResourceMetric}
   * @param message why, for the event
   * @param error the same as the whole's reason
   */
  record Failed(String type, String reason, String message, String error) implements Proposal {}
}
