package dev.wherry.scheduler.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.scheduler.view.NodeTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a core/v1 NodeAffinity from its JSON form. */
final class NodeTermsReader {
  private NodeTermsReader() {}

  static NodeTerms read(JsonNode affinity, Map<String, String> selector) {
    JsonNode required = affinity.path("requiredDuringSchedulingIgnoredDuringExecution");
    List<NodeTerms.Term> terms = new ArrayList<>();
    required.path("nodeSelectorTerms").forEach(t -> terms.add(term(t)));
    List<NodeTerms.Weighted> preferred = new ArrayList<>();
    affinity
        .path("preferredDuringSchedulingIgnoredDuringExecution")
        .forEach(p ->
            preferred.add(
                new NodeTerms.Weighted(p.path("weight").asInt(), term(p.path("preference")))));
    return new NodeTerms(selector, required.isObject(), terms, preferred);
  }

  private static NodeTerms.Term term(JsonNode node) {
    return new NodeTerms.Term(
        requirements(node.path("matchExpressions")), requirements(node.path("matchFields")));
  }

  private static List<NodeTerms.Requirement> requirements(JsonNode list) {
    List<NodeTerms.Requirement> requirements = new ArrayList<>();
    for (JsonNode r : list) {
      List<String> values = new ArrayList<>();
      r.path("values").forEach(v -> values.add(v.asText()));
      requirements.add(
          new NodeTerms.Requirement(r.path("key").asText(), r.path("operator").asText(), values));
    }
    return requirements;
  }
}
