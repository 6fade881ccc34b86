package dev.wherry.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.NodeStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:10.700Z");

  private static Node node(String ready, @Nullable Instant heartbeat) {
    NodeCondition condition =
        NodeCondition.builder().type("Ready").status(ready).lastHeartbeatTime(heartbeat).build();
    return Node.builder()
        .status(NodeStatus.builder().conditions(List.of(condition)).build())
        .build();
  }

  @Test
  void isReady_ofAnEarlierLife_doesNotCount() {
    assertFalse(Nodes.isReady(node("True", Instant.parse("2026-01-01T00:00:09Z")), START));
    assertTrue(Nodes.isReady(node("True", Instant.parse("2026-01-01T00:00:10Z")), START));
    assertFalse(Nodes.isReady(node("Unknown", Instant.parse("2026-01-01T00:00:11Z")), START));
    assertFalse(Nodes.isReady(node("True", null), START));
  }

  @Test
  void isReady_whateverWasBefore_needsNoHeartbeat() {
    assertTrue(Nodes.isReady(node("True", null)));
    assertFalse(Nodes.isReady(Node.builder().build()));
  }
}
