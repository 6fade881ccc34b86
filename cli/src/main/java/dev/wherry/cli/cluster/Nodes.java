package dev.wherry.cli.cluster;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;

/** The cluster's nodes as a client sees them. */
record Nodes(ApiClient client) {
  List<Node> all() {
    return client.list(Node.KIND, "", ListOptions.ALL).items();
  }

  /**
   * Waits until the node says it is Ready; false when that does not happen in time.
   *
   * @param said what it said before, of an earlier life perhaps, does not count
   */
  boolean awaitReady(String name, Instant said, Duration most) throws InterruptedException {
    return Await.ready(client, Node.KIND, "", name, node -> isReady(node, said), most);
  }

  /** The same for a node whose pod network somebody else is still to bring. */
  boolean awaitReadyButForTheNetwork(String name, Instant said, Duration most)
      throws InterruptedException {
    return Await.ready(
        client,
        Node.KIND,
        "",
        name,
        node -> isReady(node, said) || says(node, said, Nodes::lacksTheNetwork),
        most);
  }

  static boolean isReady(Node node) {
    return isReady(node, Instant.EPOCH);
  }

  static boolean isReady(Node node, Instant said) {
    return says(node, said, condition -> condition.status().equals("True"));
  }

  /** What kubelets say while a runtime has no CNI configuration. */
  private static boolean lacksTheNetwork(NodeCondition condition) {
    return condition.status().equals("False") && condition.message().contains("NetworkReady=false");
  }

  /** Conditions tell whole seconds. */
  private static boolean says(Node node, Instant said, Predicate<NodeCondition> ready) {
    Instant second = said.truncatedTo(ChronoUnit.SECONDS);
    return node.status().conditions().stream()
        .filter(condition -> condition.type().equals("Ready") && ready.test(condition))
        .map(NodeCondition::lastHeartbeatTime)
        .anyMatch(heartbeat ->
            second.equals(Instant.EPOCH) || (heartbeat != null && !heartbeat.isBefore(second)));
  }
}
