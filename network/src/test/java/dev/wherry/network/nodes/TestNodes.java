package dev.wherry.network.nodes;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;

/** Nodes as the API has them. */
final class TestNodes {
  private TestNodes() {}

  /** One that is Ready at an address, with a range for its pods. */
  static Node ready(String name, String address, String range) {
    NodeCondition ready = NodeCondition.builder().type("Ready").status("True").build();
    NodeAddress internal = NodeAddress.builder().type("InternalIP").address(address).build();
    return Node.EMPTY.toBuilder()
        .metadata(ObjectMeta.builder().name(name).build())
        .spec(NodeSpec.builder().podCIDR(range).podCIDRs(List.of(range)).build())
        .status(
            NodeStatus.builder().addresses(List.of(internal)).conditions(List.of(ready)).build())
        .build();
  }

  /** What a proof has shown; anything else ends it. */
  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
