package dev.wherry.scheduler.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.config.ProfileConfig.Neighbours;
import dev.wherry.scheduler.config.ProfileConfig.Preemption;
import dev.wherry.scheduler.plugins.InterPodAffinity;
import dev.wherry.scheduler.preemption.DefaultPreemption;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.ArrayList;
import java.util.List;

/** InterPodAffinityArgs, PodTopologySpreadArgs and DefaultPreemptionArgs. */
final class NeighbourArgs {
  private static final int PERCENT_MAX = 100;

  private final List<String> complaints;
  private int hardWeight = InterPodAffinity.HARD_WEIGHT;
  private boolean ignoresPreferences;
  private boolean systemSpread;
  private List<SpreadConstraint> spread = List.of();
  private Preemption preemption = Preemption.DEFAULT;

  NeighbourArgs(List<String> complaints) {
    this.complaints = complaints;
  }

  Neighbours neighbours() {
    return new Neighbours(hardWeight, ignoresPreferences, systemSpread, spread);
  }

  Preemption preemption() {
    return preemption;
  }

  void affinity(JsonNode args, String at) {
    hardWeight =
        number(args, "hardPodAffinityWeight", at, InterPodAffinity.HARD_WEIGHT, PERCENT_MAX);
    ignoresPreferences = args.path("ignorePreferredTermsOfExistingPods").asBoolean();
  }

  void preemption(JsonNode args, String at) {
    preemption =
        new Preemption(
            number(
                args,
                "minCandidateNodesPercentage",
                at,
                DefaultPreemption.CANDIDATES_PERCENT,
                PERCENT_MAX),
            number(
                args,
                "minCandidateNodesAbsolute",
                at,
                DefaultPreemption.CANDIDATES_MIN,
                Integer.MAX_VALUE));
  }

  void spread(JsonNode args, String at) {
    String type = args.path("defaultingType").asText("System");
    JsonNode constraints = args.path("defaultConstraints");
    switch (type) {
      case "System" -> {
        systemSpread = true;
        if (!constraints.isEmpty()) {
          complaints.add(
              at
                  + ".defaultConstraints: Invalid value: when .defaultingType is System, must be"
                  + " empty");
        }
      }
      case "List" -> {
        systemSpread = false;
        spread = constraints(constraints, at + ".defaultConstraints");
      }
      default ->
          complaints.add(
              at
                  + ".defaultingType: Unsupported value: \""
                  + type
                  + "\": supported values: List, System");
    }
  }

  private List<SpreadConstraint> constraints(JsonNode list, String at) {
    List<SpreadConstraint> read = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      JsonNode constraint = list.get(i);
      String key = constraint.path("topologyKey").asText();
      String action = constraint.path("whenUnsatisfiable").asText();
      boolean required = action.equals("DoNotSchedule");
      if (key.isEmpty()) {
        complaints.add(at + "[" + i + "].topologyKey: Required value: can not be empty");
      }
      if (!required && !action.equals("ScheduleAnyway")) {
        complaints.add(
            at
                + "["
                + i
                + "].whenUnsatisfiable: Unsupported value: \""
                + action
                + "\": supported values: DoNotSchedule, ScheduleAnyway");
      }
      if (constraint.has("labelSelector")) {
        complaints.add(
            at
                + "["
                + i
                + "].labelSelector: Forbidden: constraint must not define a selector, as they"
                + " deduced for each pod");
      }
      int skew = Math.max(1, number(constraint, "maxSkew", at + "[" + i + "]", 1, 1_000_000));
      read.add(new SpreadConstraint(skew, key, required, Labels.EVERYTHING, 1, true, false));
    }
    return read;
  }

  private int number(JsonNode args, String key, String at, int absent, int max) {
    JsonNode value = args.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isIntegralNumber() || value.asLong() < 0 || value.asLong() > max) {
      complaints.add(
          at + "." + key + ": Invalid value: " + value + ": must be between 0 and " + max);
      return absent;
    }
    return value.asInt();
  }
}
