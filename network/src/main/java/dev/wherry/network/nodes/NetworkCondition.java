package dev.wherry.network.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.json.Json;
import dev.wherry.network.relay.RelayedNodes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The conditions of a node about its pods' packets: NetworkUnavailable, in the words of upstream's
 * route controller, where True keeps new pods away, and our own about relayed packets.
 */
final class NetworkCondition {
  private static final String TYPE = "NetworkUnavailable";

  private NetworkCondition() {}

  /** What a condition is to say. */
  private record Words(String type, boolean status, String reason, String message) {
    boolean saidBy(NodeCondition condition) {
      return condition.status().equals(text())
          && condition.reason().equals(reason)
          && condition.message().equals(message);
    }

    String text() {
      return status ? "True" : "False";
    }
  }

  /** The patch of the node's status; empty when it says so already. Pure. */
  static Optional<JsonNode> patch(
      Node node, List<String> problems, Set<String> relayed, Instant now) {
    ObjectNode patch = Json.object();
    ArrayNode conditions = patch.putObject("status").putArray("conditions");
    boolean available = problems.isEmpty();
    String all = "wherry has set the routes to all nodes";
    add(
        conditions,
        node,
        new Words(
            TYPE,
            !available,
            available ? "RouteCreated" : "NoRouteCreated",
            available ? all : String.join("; ", problems)),
        now);
    if (!relayed.isEmpty() || of(node, RelayedNodes.CONDITION).isPresent()) {
      String reason = relayed.isEmpty() ? "UDPArrives" : "UDPDoesNotArrive";
      String message = RelayedNodes.message(relayed);
      Words words = new Words(RelayedNodes.CONDITION, !relayed.isEmpty(), reason, message);
      add(conditions, node, words, now);
    }
    return conditions.isEmpty() ? Optional.empty() : Optional.of(patch);
  }

  private static Optional<NodeCondition> of(Node node, String type) {
    return node.status().conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private static void add(ArrayNode conditions, Node node, Words words, Instant now) {
    Optional<NodeCondition> before = of(node, words.type());
    if (before.filter(words::saidBy).isPresent()) {
      return;
    }
    String second = now.truncatedTo(ChronoUnit.SECONDS).toString();
    ObjectNode condition = conditions.addObject();
    condition.put("type", words.type()).put("status", words.text());
    condition.put("reason", words.reason()).put("message", words.message());
    condition.put("lastHeartbeatTime", second);
    if (before.filter(c -> c.status().equals(words.text())).isEmpty()) {
      condition.put("lastTransitionTime", second);
    }
  }
}
