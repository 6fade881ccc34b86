/**
 * HorizontalPodAutoscalers: how many replicas the metrics ask for, how fast that may be followed,
 * and what the status says about it. The calculations are pure; workers on virtual threads read
 * metrics and scales through the API and carry the decision out. Each autoscaler is looked at every
 * fifteen seconds by an alarm of its own; without autoscalers nothing runs. Imported by {@link
 * dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.autoscaling;

import org.jspecify.annotations.NullMarked;
