package dev.wherry.controllers;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and replaces conditions of pods. */
public final class PodConditions {
  public static final String READY = "Ready";

  /** Says that something other than the pod itself ends it (KEP-3329). */
  public static final String DISRUPTION_TARGET = "DisruptionTarget";

  private PodConditions() {}

  public static Optional<PodCondition> find(Pod pod, String type) {
    return pod.status().conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  public static boolean isTrue(Pod pod, String type) {
    return find(pod, type).map(c -> c.status().equals("True")).orElse(false);
  }

  /** The pod, marked as ended by something other than itself. */
  public static Pod disrupted(Pod pod, String reason, String message, Instant now) {
    return with(pod, DISRUPTION_TARGET, "True", reason, message, now);
  }

  /** The pod with this condition; the time of transition stays while the status does. */
  public static Pod with(
      Pod pod, String type, String status, String reason, String message, Instant now) {
    Optional<PodCondition> before = find(pod, type);
    boolean same = before.isPresent() && before.get().status().equals(status);
    Instant kept = same ? before.get().lastTransitionTime() : null;
    PodCondition condition =
        before
            .map(PodCondition::toBuilder)
            .orElseGet(PodCondition::builder)
            .type(type)
            .status(status)
            .reason(reason)
            .message(message)
            .lastTransitionTime(kept == null ? now : kept)
            .build();
    List<PodCondition> all = new ArrayList<>();
    for (PodCondition one : pod.status().conditions()) {
      all.add(one.type().equals(type) ? condition : one);
    }
    if (before.isEmpty()) {
      all.add(condition);
    }
    return pod.toBuilder().status(pod.status().toBuilder().conditions(all).build()).build();
  }
}
