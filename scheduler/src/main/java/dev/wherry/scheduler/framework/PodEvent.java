package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;

/**
 * An event about one pod on a node.
 *
 * @param about as it is now, or was last
 * @param node its node as it is now, where it is known
 * @param nominated pods for which room is being made on that node
 */
public record PodEvent(
    ClusterEvent what, PodView about, Optional<NodeView> node, List<PodView> nominated) {}
