package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import java.time.Instant;

/** Conditions that the server itself writes into a pod's status. */
final class PodConditions {
  private PodConditions() {}

  /** A condition that is true as of now; others of its kind go when it is {@link #put}. */
  static ObjectNode holds(String type, Instant now) {
    ObjectNode condition = Json.object();
    return condition
        .put("type", type)
        .put("status", "True")
        .putNull("lastProbeTime")
        .put("lastTransitionTime", Times.time(now));
  }

  /** Puts a condition at the end, in place of the one of its type. */
  static void put(ObjectNode pod, ObjectNode condition) {
    ArrayNode kept = Json.array();
    for (JsonNode other : pod.path("status").path("conditions")) {
      if (!other.path("type").equals(condition.path("type"))) {
        kept.add(other);
      }
    }
    kept.add(condition);
    pod.withObject("/status").set("conditions", kept);
  }
}
