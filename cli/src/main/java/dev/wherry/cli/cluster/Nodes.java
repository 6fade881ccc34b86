package dev.wherry.cli.cluster;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.model.core.v1.Node;
import java.time.Duration;
import java.util.List;

/** The cluster's nodes as a client sees them. */
record Nodes(ApiClient client) {
  List<Node> all() {
    return client.list(Node.KIND, "", ListOptions.ALL).items();
  }

  /** Waits until the node says it is Ready; false when that does not happen in time. */
  boolean awaitReady(String name, Duration most) throws InterruptedException {
    return Await.ready(client, Node.KIND, "", name, Nodes::isReady, most);
  }

  static boolean isReady(Node node) {
    return node.status().conditions().stream()
        .anyMatch(
            condition -> condition.type().equals("Ready") && condition.status().equals("True"));
  }
}
