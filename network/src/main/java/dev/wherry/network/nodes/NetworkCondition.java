package dev.wherry.network.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The condition NetworkUnavailable of a node, in the words of upstream's route controller: True
 * keeps new pods away.
 */
final class NetworkCondition {
  private static final String TYPE = "NetworkUnavailable";

  private NetworkCondition() {}

  /** The patch of the node's status; empty when it says so already. Pure. */
  static Optional<JsonNode> patch(Node node, List<String> problems, Instant now) {
    boolean available = problems.isEmpty();
    String status = available ? "False" : "True";
    String reason = available ? "RouteCreated" : "NoRouteCreated";
    String message =
        available ? "wherry has set the routes to all nodes" : String.join("; ", problems);
    Optional<NodeCondition> before =
        node.status().conditions().stream().filter(c -> c.type().equals(TYPE)).findFirst();
    if (before
        .filter(c -> c.status().equals(status))
        .filter(c -> c.reason().equals(reason) && c.message().equals(message))
        .isPresent()) {
      return Optional.empty();
    }
    String second = now.truncatedTo(ChronoUnit.SECONDS).toString();
    boolean turned = before.filter(c -> c.status().equals(status)).isEmpty();
    ObjectNode patch = Json.object();
    ObjectNode condition = patch.putObject("status").putArray("conditions").addObject();
    condition.put("type", TYPE).put("status", status).put("reason", reason);
    condition.put("message", message).put("lastHeartbeatTime", second);
    if (turned) {
      condition.put("lastTransitionTime", second);
    }
    return Optional.of(patch);
  }
}
