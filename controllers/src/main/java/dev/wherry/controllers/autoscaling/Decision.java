package dev.wherry.controllers.autoscaling;

import dev.wherry.controllers.autoscaling.Pace.Reason;
import dev.wherry.machinery.event.EventType;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.autoscaling.v2.MetricStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done about one autoscaler (kube-controller-manager podautoscaler
 * reconcileAutoscaler). Pure.
 *
 * @param rescale the replicas the scale is to ask for; empty when it stays
 * @param why for the event about a change
 * @param status with conditions and metrics, as if a change had succeeded
 * @param notes events beside the one about a change
 */
record Decision(
    Optional<Integer> rescale,
    String why,
    AutoscalerStatus status,
    Memory memory,
    List<Note> notes) {
  private static final String DISABLED =
      "scaling is disabled since the replica count of the target is zero";

  /** An event. */
  record Note(EventType type, String reason, String message) {}

  Decision {
    notes = List.copyOf(notes);
  }

  /** Whether metrics are needed at all for a decision. */
  static boolean needsMetrics(HorizontalPodAutoscaler autoscaler, Scale scale) {
    Bounds bounds = Bounds.of(autoscaler);
    return !isDisabled(bounds, scale)
        && scale.wanted() <= bounds.max()
        && scale.wanted() >= bounds.min();
  }

  private static boolean isDisabled(Bounds bounds, Scale scale) {
    return scale.wanted() == 0 && bounds.min() != 0;
  }

  /** For a scale that is beyond the bounds, or is zero. */
  static Decision withoutMetrics(
      HorizontalPodAutoscaler autoscaler,
      Scale scale,
      Memory memory,
      Duration downStabilization,
      Instant now) {
    Bounds bounds = Bounds.of(autoscaler);
    AutoscalerStatus status = found(autoscaler, scale, now);
    if (isDisabled(bounds, scale)) {
      AutoscalerStatus off =
          status
              .with("ScalingActive", false, new Reason("ScalingDisabled", DISABLED))
              .desiring(scale.wanted())
              .measured(List.of());
      return new Decision(Optional.empty(), "", off, memory, List.of());
    }
    boolean above = scale.wanted() > bounds.max();
    return changed(
        autoscaler,
        scale,
        above ? bounds.max() : bounds.min(),
        above
            ? "Current number of replicas above Spec.MaxReplicas"
            : "Current number of replicas below Spec.MinReplicas",
        status.measured(List.of()),
        memory,
        List.of(),
        downStabilization,
        now);
  }

  /**
   * For a scale within the bounds.
   *
   * @param proposals one for each metric of the autoscaler, in their order
   * @param downStabilization of those that do not say
   */
  static Decision of(
      HorizontalPodAutoscaler autoscaler,
      Scale scale,
      List<Proposal> proposals,
      Memory before,
      Duration downStabilization,
      Instant now) {
    Memory memory = before.begun(scale.wanted(), now);
    List<Note> notes = new ArrayList<>();
    List<Proposal.Failed> failed = new ArrayList<>();
    Optional<Proposal.Replicas> highest = Optional.empty();
    for (Proposal proposal : proposals) {
      switch (proposal) {
        case Proposal.Failed failure -> {
          failed.add(failure);
          notes.add(new Note(EventType.WARNING, failure.reason(), failure.message()));
        }
        case Proposal.Replicas replicas -> {
          if (highest.isEmpty() || replicas.count() > highest.get().count()) {
            highest = Optional.of(replicas);
          }
        }
      }
    }
    AutoscalerStatus status = found(autoscaler, scale, now).measured(statuses(proposals));
    boolean unsure = !failed.isEmpty() && highest.map(h -> h.count() < scale.wanted()).orElse(true);
    if (highest.isEmpty() || unsure) {
      return failed(status, failed, proposals.size(), memory, notes);
    }
    if (!failed.isEmpty()) {
      notes.add(computing(failed, proposals.size()));
    }
    return paced(autoscaler, scale, highest.get(), status, memory, notes, downStabilization, now);
  }

  private static Note computing(List<Proposal.Failed> failed, int metrics) {
    String first = failed.isEmpty() ? "" : failed.getFirst().error();
    return new Note(
        EventType.WARNING,
        "FailedComputeMetricsReplicas",
        "invalid metrics ("
            + failed.size()
            + " invalid out of "
            + metrics
            + "), first error is: "
            + first);
  }

  private static Decision failed(
      AutoscalerStatus status,
      List<Proposal.Failed> failed,
      int metrics,
      Memory memory,
      List<Note> notes) {
    AutoscalerStatus off = status;
    if (!failed.isEmpty()) {
      Proposal.Failed first = failed.getFirst();
      off =
          status.with(
              "ScalingActive",
              false,
              new Reason(
                  first.reason(),
                  "the HPA was unable to compute the replica count: " + first.message()));
    }
    notes.add(computing(failed, metrics));
    return new Decision(Optional.empty(), "", off, memory, notes);
  }

  private static Decision paced(
      HorizontalPodAutoscaler autoscaler,
      Scale scale,
      Proposal.Replicas highest,
      AutoscalerStatus status,
      Memory memory,
      List<Note> notes,
      Duration downStabilization,
      Instant now) {
    int desired = highest.count();
    Pace pace = Pace.of(autoscaler, scale.wanted(), desired, memory, downStabilization, now);
    AutoscalerStatus active =
        status
            .with(
                "ScalingActive",
                true,
                new Reason(
                    "ValidMetricFound",
                    "the HPA was able to successfully calculate a replica count from "
                        + highest.metric()))
            .with("AbleToScale", true, pace.able())
            .with("ScalingLimited", pace.isLimited(), pace.limited());
    if (pace.replicas() == scale.wanted()) {
      return new Decision(
          Optional.empty(), "", active.desiring(scale.wanted()), pace.memory(), notes);
    }
    String why =
        desired > scale.wanted()
            ? highest.metric() + " above target"
            : desired < scale.wanted() ? "All metrics below target" : "";
    return changed(
        autoscaler,
        scale,
        pace.replicas(),
        why,
        active,
        pace.memory(),
        notes,
        downStabilization,
        now);
  }

  private static Decision changed(
      HorizontalPodAutoscaler autoscaler,
      Scale scale,
      int replicas,
      String why,
      AutoscalerStatus status,
      Memory memory,
      List<Note> notes,
      Duration downStabilization,
      Instant now) {
    AutoscalerStatus done =
        status
            .with(
                "AbleToScale",
                true,
                new Reason(
                    "SucceededRescale",
                    "the HPA controller was able to update the target scale to " + replicas))
            .desiring(replicas)
            .scaledNow();
    var behavior = autoscaler.spec().behavior();
    ScalingRules rules =
        replicas > scale.wanted()
            ? ScalingRules.of(behavior == null ? null : behavior.scaleUp(), ScalingRules.UP)
            : ScalingRules.of(
                behavior == null ? null : behavior.scaleDown(),
                ScalingRules.down(downStabilization));
    return new Decision(
        Optional.of(replicas),
        why,
        done,
        memory.changed(scale.wanted(), replicas, rules.longestPeriod(), now),
        notes);
  }

  /** The status once the scale was found. */
  private static AutoscalerStatus found(
      HorizontalPodAutoscaler autoscaler, Scale scale, Instant now) {
    return AutoscalerStatus.of(autoscaler, now)
        .with(
            "AbleToScale",
            true,
            new Reason(
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale"))
        .having(scale.wanted());
  }

  private static List<MetricStatus> statuses(List<Proposal> proposals) {
    return proposals.stream()
        .map(proposal ->
            switch (proposal) {
              case Proposal.Replicas replicas -> replicas.status();
              case Proposal.Failed failed -> MetricStatus.builder().type(failed.type()).build();
            })
        .toList();
  }
}
