package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.Optional;

/**
 * Takes something for a pod as soon as it is decided (reserve and pre-bind in one). Called by the
 * loop, so that the next decision knows of it.
 */
public interface ReservePlugin extends Plugin {
  /** What was taken; empty when the pod needs nothing of this plugin. */
  Optional<Reservation> reserve(PodView pod, NodeView node, ClusterSnapshot snapshot);
}
