package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.HostPort;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.Set;

/** Two pods cannot have one port of a node. */
public final class NodePorts implements FilterPlugin {
  private static final Verdict TAKEN =
      new Verdict.Rejected("node(s) didn't have free ports for the requested pod ports", true);

  @Override
  public String name() {
    return "NodePorts";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(ClusterEvent.NODE_ADDED, ClusterEvent.ASSIGNED_POD_GONE);
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    return pod.hostPorts().isEmpty()
        ? Prepared.SKIP
        : new Prepared.Check(node -> conflicts(pod, node) ? TAKEN : Verdict.FITS);
  }

  @Override
  public String remedy(PodView pod, NodeView node) {
    for (PodView other : node.pods()) {
      for (HostPort taken : other.hostPorts()) {
        if (pod.hostPorts().stream().anyMatch(wanted -> wanted.conflictsWith(taken))) {
          return "port %d is held by pod %s".formatted(taken.port(), other.key());
        }
      }
    }
    return "";
  }

  private static boolean conflicts(PodView pod, NodeView node) {
    for (PodView other : node.pods()) {
      for (HostPort taken : other.hostPorts()) {
        for (HostPort wanted : pod.hostPorts()) {
          if (wanted.conflictsWith(taken)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
