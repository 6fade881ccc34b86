package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a server behind an APIService answers (kube-aggregator controllers/status).
 *
 * @param reason as upstream has it, such as FailedDiscoveryCheck
 */
record Availability(boolean available, String reason, String message) {
  static final Availability PASSED = new Availability(true, "Passed", "all checks passed");

  /** Of a group-version that this server serves itself. */
  static final Availability LOCAL =
      new Availability(true, "Local", "Local APIServices are always available");

  static Availability not(String reason, String message) {
    return new Availability(false, reason, message);
  }

  /** The status an APIService should have; empty when it has it. */
  Optional<ObjectNode> status(JsonNode current, Instant now) {
    ObjectNode next = current instanceof ObjectNode object ? object.deepCopy() : Json.object();
    ObjectNode condition = null;
    for (JsonNode each : next.path("conditions")) {
      if (Trees.text(each, "type").equals("Available")) {
        condition = (ObjectNode) each;
      }
    }
    if (condition == null) {
      condition = next.withArray("/conditions").addObject().put("type", "Available");
    }
    String status = available ? "True" : "False";
    boolean flips = !Trees.text(condition, "status").equals(status);
    if (!flips
        && Trees.text(condition, "reason").equals(reason)
        && Trees.text(condition, "message").equals(message)) {
      return Optional.empty();
    }
    condition.put("status", status).put("reason", reason).put("message", message);
    if (flips) {
      condition.put("lastTransitionTime", Times.time(now));
    }
    return Optional.of(next);
  }
}
