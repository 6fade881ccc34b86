package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.Optional;

/**
 * An event about one pod on a node.
 *
 * @param about as it is now, or was last
 * @param node its node as it is now, where it is known
 */
public record PodEvent(ClusterEvent what, PodView about, Optional<NodeView> node) {}
