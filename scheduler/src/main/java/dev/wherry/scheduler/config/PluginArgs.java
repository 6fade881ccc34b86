package dev.wherry.scheduler.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.scheduler.plugins.ScoringStrategy;
import dev.wherry.scheduler.view.NodeTerms;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A profile's {@code pluginConfig}. */
final class PluginArgs {
  private static final Map<String, ScoringStrategy.Type> TYPES =
      Map.of(
          "MostAllocated", ScoringStrategy.Type.MOST_ALLOCATED,
          "LeastAllocated", ScoringStrategy.Type.LEAST_ALLOCATED,
          "RequestedToCapacityRatio", ScoringStrategy.Type.REQUESTED_TO_CAPACITY_RATIO);

  private final List<String> complaints;
  private final Set<String> ignored = new LinkedHashSet<>();
  private Optional<ScoringStrategy> strategy = Optional.empty();
  private Optional<List<ScoringStrategy.Weight>> balanced = Optional.empty();
  private NodeTerms addedAffinity = NodeTerms.ANY;
  private final NeighbourArgs neighbours;

  PluginArgs(List<String> complaints) {
    this.complaints = complaints;
    this.neighbours = new NeighbourArgs(complaints);
  }

  NeighbourArgs neighbours() {
    return neighbours;
  }

  Optional<ScoringStrategy> strategy() {
    return strategy;
  }

  Optional<List<ScoringStrategy.Weight>> balanced() {
    return balanced;
  }

  Set<String> ignoredResources() {
    return ignored;
  }

  NodeTerms addedAffinity() {
    return addedAffinity;
  }

  void read(JsonNode list, String path) {
    for (int i = 0; i < list.size(); i++) {
      JsonNode args = list.get(i).path("args");
      String at = path + "[" + i + "].args";
      String name = list.get(i).path("name").asText();
      switch (name) {
        case "NodeResourcesFit" -> fit(args, at);
        case "NodeResourcesBalancedAllocation" ->
            balanced = Optional.of(weights(args.path("resources"), at + ".resources"));
        case "NodeAffinity" ->
            addedAffinity = NodeTermsReader.read(args.path("addedAffinity"), Map.of());
        case "InterPodAffinity" -> neighbours.affinity(args, at);
        case "PodTopologySpread" -> neighbours.spread(args, at);
        case PluginNames.PREEMPTION -> neighbours.preemption(args, at);
        default -> complaints.add(path + "[" + i + "].name: Unsupported value: \"" + name + "\"");
      }
    }
  }

  private void fit(JsonNode args, String at) {
    args.path("ignoredResources").forEach(r -> ignored.add(r.asText()));
    JsonNode node = args.path("scoringStrategy");
    if (node.isMissingNode()) {
      return;
    }
    ScoringStrategy.Type type = TYPES.get(node.path("type").asText());
    if (type == null) {
      complaints.add(
          at
              + ".scoringStrategy.type: Unsupported value: \""
              + node.path("type").asText()
              + "\": supported values: LeastAllocated, MostAllocated, RequestedToCapacityRatio");
      return;
    }
    JsonNode resources = node.path("resources");
    List<ScoringStrategy.Point> shape =
        shape(node.path("requestedToCapacityRatio").path("shape"), at);
    if (type == ScoringStrategy.Type.REQUESTED_TO_CAPACITY_RATIO && shape.isEmpty()) {
      complaints.add(at + ".scoringStrategy.requestedToCapacityRatio.shape: Required value");
      return;
    }
    strategy =
        Optional.of(
            new ScoringStrategy(
                type,
                resources.isEmpty()
                    ? ScoringStrategy.CPU_AND_MEMORY
                    : weights(resources, at + ".scoringStrategy.resources"),
                shape));
  }

  private List<ScoringStrategy.Weight> weights(JsonNode resources, String at) {
    List<ScoringStrategy.Weight> weights = new ArrayList<>();
    for (int i = 0; i < resources.size(); i++) {
      int weight = resources.get(i).path("weight").asInt(1);
      if (weight < 1 || weight > 100) {
        complaints.add(
            at + "[" + i + "].weight: Invalid value: " + weight + ": must be between 1 and 100");
      }
      weights.add(new ScoringStrategy.Weight(resources.get(i).path("name").asText(), weight));
    }
    return weights;
  }

  private List<ScoringStrategy.Point> shape(JsonNode points, String at) {
    List<ScoringStrategy.Point> shape = new ArrayList<>();
    int before = -1;
    for (JsonNode point : points) {
      int utilization = point.path("utilization").asInt(-1);
      int score = point.path("score").asInt(-1);
      if (utilization <= before || utilization > 100 || score < 0 || score > 10) {
        complaints.add(
            at
                + ".scoringStrategy.requestedToCapacityRatio.shape: utilization must rise within"
                + " 0-100, score lie in 0-10");
      }
      before = utilization;
      shape.add(new ScoringStrategy.Point(utilization, score));
    }
    return shape;
  }
}
