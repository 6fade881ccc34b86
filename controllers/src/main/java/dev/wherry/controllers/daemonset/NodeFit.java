package dev.wherry.controllers.daemonset;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.placement.NodeSelectors;
import dev.wherry.model.placement.Tolerations;

/**
 * Whether a node may have a daemon's pod (daemon NodeShouldRunDaemonPod). Pure.
 *
 * @param run a pod is to be made there
 * @param stay a pod that is there may stay
 */
record NodeFit(boolean run, boolean stay) {
  private static final NodeFit NEITHER = new NodeFit(false, false);

  /**
   * @param spec of the daemon's pods, with the tolerations that all daemons have
   */
  static NodeFit of(PodSpec spec, Node node) {
    boolean named = spec.nodeName().isEmpty() || spec.nodeName().equals(node.metadata().name());
    if (!named || !NodeSelectors.matches(spec, node)) {
      return NEITHER;
    }
    boolean run = true;
    boolean stay = true;
    for (Taint taint : node.spec().taints()) {
      boolean executes = taint.effect().equals("NoExecute");
      boolean counts = executes || taint.effect().equals("NoSchedule");
      if (counts && !Tolerations.anyTolerates(spec.tolerations(), taint)) {
        run = false;
        stay &= !executes;
      }
    }
    return new NodeFit(run, stay);
  }
}
