package dev.wherry.network.relay;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** How a node says that its pods' packets are to be relayed: a condition of its own. */
public final class RelayedNodes {
  /** The condition; True while there is a node that UDP does not reach. */
  public static final String CONDITION = "wherry.dev/PodTrafficRelayed";

  private static final int NAMES_MAX = 5;

  private RelayedNodes() {}

  /** Whether a node says so. */
  public static boolean isOne(Node node) {
    return node.status().conditions().stream()
        .filter(condition -> condition.type().equals(CONDITION))
        .map(NodeCondition::status)
        .anyMatch("True"::equals);
  }

  /** The condition's message. */
  public static String message(Collection<String> nodes) {
    if (nodes.isEmpty()) {
      return "pods' packets reach all nodes without the agents' tunnels";
    }
    List<String> sorted = nodes.stream().sorted().toList();
    String names = sorted.stream().limit(NAMES_MAX).collect(Collectors.joining(", "));
    String more = sorted.size() > NAMES_MAX ? " and " + (sorted.size() - NAMES_MAX) + " more" : "";
    return "UDP does not arrive between this node and "
        + names
        + more
        + ": their pods' packets go through the agents' tunnels and the server, which is slower, and"
        + " stop while one of these restarts";
  }
}
