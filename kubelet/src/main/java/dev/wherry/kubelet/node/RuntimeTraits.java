package dev.wherry.kubelet.node;

import dev.wherry.model.core.v1.NodeFeatures;
import dev.wherry.model.core.v1.NodeRuntimeHandler;
import dev.wherry.model.core.v1.NodeRuntimeHandlerFeatures;
import dev.wherry.proto.cri.v1.RuntimeHandler;
import dev.wherry.proto.cri.v1.StatusResponse;
import java.util.Comparator;
import java.util.List;

/**
 * What the runtime and each of its handlers can do, as the node's status shows it (rule: KEP-3857,
 * KEP-127, KEP-3619).
 */
record RuntimeTraits(List<NodeRuntimeHandler> handlers, NodeFeatures features) {
  static final RuntimeTraits UNKNOWN = new RuntimeTraits(List.of(), NodeFeatures.EMPTY);

  RuntimeTraits {
    handlers = List.copyOf(handlers);
  }

  static RuntimeTraits of(StatusResponse status) {
    List<NodeRuntimeHandler> handlers =
        status.getRuntimeHandlersList().stream()
            .sorted(Comparator.comparing(RuntimeHandler::getName))
            .map(RuntimeTraits::handler)
            .toList();
    NodeFeatures features =
        NodeFeatures.builder()
            .supplementalGroupsPolicy(status.getFeatures().getSupplementalGroupsPolicy())
            .build();
    return new RuntimeTraits(handlers, features);
  }

  private static NodeRuntimeHandler handler(RuntimeHandler handler) {
    return NodeRuntimeHandler.builder()
        .name(handler.getName())
        .features(
            NodeRuntimeHandlerFeatures.builder()
                .recursiveReadOnlyMounts(handler.getFeatures().getRecursiveReadOnlyMounts())
                .userNamespaces(handler.getFeatures().getUserNamespaces())
                .build())
        .build();
  }
}
