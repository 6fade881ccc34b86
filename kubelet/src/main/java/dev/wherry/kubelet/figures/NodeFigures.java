package dev.wherry.kubelet.figures;

import java.time.Instant;
import java.util.List;

/**
 * One look at the node.
 *
 * @param complete whether the runtime answered; without it there are no pods
 */
record NodeFigures(Instant readAt, NodeUse node, List<PodUse> pods, boolean complete) {
  NodeFigures {
    pods = List.copyOf(pods);
  }
}
