package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a pod ends: its own containers and init containers at once, then the sidecars from the last
 * to the first, then the sandboxes (rule: KEP-753). A shorter grace period than the one under way
 * takes its place. Pure.
 */
final class PodEnding {
  private PodEnding() {}

  static PodDecision decide(PodView pod, PodObservation observed, PodFacts facts, Instant now) {
    Duration grace = facts.ending() == null ? pod.grace() : facts.grace();
    List<PodAction> actions = new ArrayList<>();
    List<ContainerSnapshot> sidecars = sidecarsLastFirst(pod, observed);
    boolean othersRun = false;
    for (ContainerSnapshot container : observed.containers()) {
      if (alive(container) && !sidecars.contains(container)) {
        othersRun = true;
        stop(container, grace, facts, now, actions);
      }
    }
    Optional<ContainerSnapshot> nextSidecar =
        sidecars.stream().filter(PodEnding::alive).findFirst();
    if (!othersRun) {
      nextSidecar.ifPresent(container -> stop(container, grace, facts, now, actions));
    }
    if (othersRun || nextSidecar.isPresent()) {
      return new PodDecision(PodDecision.Goal.END, actions, Optional.empty());
    }
    for (SandboxSnapshot sandbox : observed.sandboxes()) {
      if (sandbox.ready()) {
        actions.add(new PodAction.StopSandbox(sandbox.id()));
      }
    }
    boolean over = actions.isEmpty();
    return new PodDecision(
        over ? PodDecision.Goal.ENDED : PodDecision.Goal.END, actions, Optional.empty());
  }

  private static boolean alive(ContainerSnapshot container) {
    return container.running() || container.state() == ContainerSnapshot.State.UNKNOWN;
  }

  private static List<ContainerSnapshot> sidecarsLastFirst(PodView pod, PodObservation observed) {
    List<ContainerSnapshot> sidecars = new ArrayList<>();
    for (PodView.Named named : pod.inits()) {
      if (named.role() == PodView.Role.SIDECAR) {
        observed.container(named.name()).ifPresent(sidecars::addFirst);
      }
    }
    return sidecars;
  }

  private static void stop(
      ContainerSnapshot container,
      Duration grace,
      PodFacts facts,
      Instant now,
      List<PodAction> actions) {
    Instant underWay = facts.stopping().get(container.id());
    if (underWay == null || now.plus(grace).isBefore(underWay)) {
      String message = "Stopping container " + container.name();
      actions.add(new PodAction.StopContainer(container.id(), container.name(), grace, message));
    }
  }
}
