package dev.wherry.kubelet;

import dev.wherry.kubelet.node.NodeAgent;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Node;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The node as pods ask for it, before the agent exists too. */
final class NodeSlot implements ApiPodApi.OwnNode {
  private final String name;
  private volatile @Nullable NodeAgent agent;

  NodeSlot(String name) {
    this.name = name;
  }

  void fill(NodeAgent started) {
    agent = started;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Node> known() {
    return Optional.ofNullable(agent).flatMap(NodeAgent::known);
  }

  @Override
  public Map<String, Quantity> allocatable() {
    NodeAgent known = agent;
    return known == null ? Map.of() : known.allocatable();
  }
}
