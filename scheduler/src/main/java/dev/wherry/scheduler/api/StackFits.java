package dev.wherry.scheduler.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Quantity;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.decision.StackFit;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a stack fits, as the API shows it. Asked with {@code {kind: StackFit, spec: {claims:
 * [PersistentVolumeClaim], parts: [{name, count, perNode, pod}]}}}, it answers the same with {@code
 * status: {fits, pods, placed, parts: [{name, wanted, placed, nodes: {NAME: pods}, message}],
 * nodes: [{name, pods, cpu: {requested, allocatable}, memory: {...}}]}} in place of the spec.
 */
final class StackFits {
  /** Pods of one question. */
  private static final int PODS_MAX = 20_000;

  private StackFits() {}

  /**
   * @param apart nobody else's
   * @param profiles by the scheduler's name
   * @throws ApiException when the question cannot be read
   */
  static ObjectNode answer(
      JsonNode question, ClusterSnapshot apart, Map<String, Profile> profiles, long seed) {
    List<StackFit.Part> parts = new ArrayList<>();
    try {
      for (JsonNode claim : question.path("spec").path("claims")) {
        apart.around().storage().claimSeen(PersistentVolumeClaim.KIND.decode(claim));
      }
      for (JsonNode part : question.path("spec").path("parts")) {
        parts.add(
            new StackFit.Part(
                part.path("name").asText(),
                PodReader.read(Pod.KIND.decode(part.path("pod"))),
                part.path("count").asInt(1),
                part.path("perNode").asBoolean()));
      }
    } catch (DecodeException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
    long pods =
        parts.stream().mapToLong(part -> part.perNode() ? apart.size() : part.count()).sum();
    if (pods > PODS_MAX) {
      throw ApiException.badRequest("the stack has more than " + PODS_MAX + " pods");
    }
    StackFit fit = new StackFit(apart, profiles, seed);
    return answer(fit.place(parts), fit);
  }

  private static ObjectNode answer(List<StackFit.Outcome> outcomes, StackFit fit) {
    ObjectNode answer = Json.object();
    answer.put("kind", "StackFit").put("apiVersion", "wherry.dev/v1");
    ObjectNode status = answer.putObject("status");
    int wanted = outcomes.stream().mapToInt(StackFit.Outcome::wanted).sum();
    int placed = outcomes.stream().mapToInt(StackFit.Outcome::placed).sum();
    status.put("fits", placed == wanted).put("pods", wanted).put("placed", placed);
    ArrayNode parts = status.putArray("parts");
    for (StackFit.Outcome outcome : outcomes) {
      ObjectNode part = parts.addObject();
      part.put("name", outcome.name());
      part.put("wanted", outcome.wanted()).put("placed", outcome.placed());
      ObjectNode nodes = part.putObject("nodes");
      outcome.nodes().forEach(nodes::put);
      if (!outcome.message().isEmpty()) {
        part.put("message", outcome.message());
      }
    }
    ArrayNode nodes = status.putArray("nodes");
    status.put("nodesOfAll", fit.after().size());
    fit.used()
        .forEach((name, pods) ->
            fit.after().node(name).ifPresent(node -> node(nodes.addObject(), node, pods)));
    return answer;
  }

  private static void node(ObjectNode out, NodeView node, int pods) {
    out.put("name", node.name()).put("pods", pods);
    out.putObject("cpu")
        .put("requested", Quantity.ofMilli(node.requested().milliCpu()).toString())
        .put("allocatable", Quantity.ofMilli(node.allocatable().milliCpu()).toString());
    out.putObject("memory")
        .put("requested", Quantity.ofBytes(node.requested().memoryBytes()).toString())
        .put("allocatable", Quantity.ofBytes(node.allocatable().memoryBytes()).toString());
  }
}
