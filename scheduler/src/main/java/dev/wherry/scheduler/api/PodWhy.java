package dev.wherry.scheduler.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.scheduler.decision.Explanation;

/**
 * An explanation as the API shows it: {@code {kind: PodWhy, apiVersion: wherry.dev/v1, metadata:
 * {namespace, name}, schedulerName, nodeName, message, nodes: [{name, fits, objections: [{plugin,
 * reason, remedy}], score, scores: [{plugin, score, weight}]}]}}.
 */
final class PodWhy {
  private PodWhy() {}

  static ObjectNode of(Pod pod, Explanation explanation) {
    ObjectNode why = Json.object();
    why.put("kind", "PodWhy").put("apiVersion", "wherry.dev/v1");
    why.putObject("metadata")
        .put("namespace", pod.metadata().namespace())
        .put("name", pod.metadata().name());
    why.put("schedulerName", pod.spec().schedulerName());
    if (!pod.spec().nodeName().isEmpty()) {
      why.put("nodeName", pod.spec().nodeName());
    }
    why.put("message", explanation.message());
    ArrayNode nodes = why.putArray("nodes");
    explanation.nodes().forEach(node -> node(nodes.addObject(), node));
    return why;
  }

  private static void node(ObjectNode out, Explanation.OnNode node) {
    out.put("name", node.node()).put("fits", node.fits());
    if (!node.fits()) {
      ArrayNode objections = out.putArray("objections");
      for (Explanation.Objection objection : node.objections()) {
        ObjectNode one = objections.addObject();
        one.put("plugin", objection.plugin()).put("reason", objection.reason());
        if (!objection.remedy().isEmpty()) {
          one.put("remedy", objection.remedy());
        }
      }
      return;
    }
    out.put("score", node.total());
    ArrayNode scores = out.putArray("scores");
    for (Explanation.Points points : node.points()) {
      scores
          .addObject()
          .put("plugin", points.plugin())
          .put("score", points.score())
          .put("weight", points.weight());
    }
  }
}
