package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.admission.NodeMatch;
import dev.wherry.kubelet.admission.NodeRoom;
import dev.wherry.kubelet.admission.NodeRules;
import dev.wherry.kubelet.admission.NodeTraits;
import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.model.status.ApiException;
import java.util.Optional;

/** Lets one pod in, once: a pod that has run here before is always let in. Owned by its worker. */
final class Entrance {
  private final PodParts parts;
  private final PodMemory memory;
  private boolean decided;

  Entrance(PodParts parts, PodMemory memory) {
    this.parts = parts;
    this.memory = memory;
  }

  /** Whether this node has agreed to a pod already, this kubelet or one before it. */
  static boolean isIn(PodView pod) {
    return pod.status().startTime() != null && !pod.terminal();
  }

  /** Decides at the first call; a pod that is refused ends with the reason in its status. */
  void decide(PodView pod) throws InterruptedException {
    if (decided || memory.objectGone) {
      return;
    }
    if (!isIn(pod) && !pod.terminal() && !pod.deleted()) {
      NodeRoom room = parts.room();
      if (!pod.ofThisNode()) {
        room.awaitOpen();
      }
      Optional<Rejection> refused =
          NodeRules.check(pod, traits(pod))
              .or(() -> parts.gate().check(pod))
              .or(() -> unwanted(pod));
      if (refused.isEmpty()) {
        refused = parts.shares().admit(pod);
      }
      if (refused.isEmpty()) {
        refused = parts.preemption().admit(parts, pod);
        refused.ifPresent(_ -> parts.shares().release(pod.uid()));
      }
      refused.ifPresent(why -> refuse(pod, why));
    } else if (!pod.terminal()) {
      PodEviction.begun(pod).ifPresent(eviction -> memory.eviction = eviction);
    }
    decided = true;
  }

  private NodeTraits traits(PodView pod) {
    return new NodeTraits(
        parts.config().settings().unsafeSysctls(),
        HostFigures.appArmor(),
        () -> givesUserNamespaces(pod));
  }

  /** A runtime or class that cannot be asked is found out when the sandbox is made. */
  private boolean givesUserNamespaces(PodView pod) {
    try {
      String name = pod.spec().runtimeClassName();
      Optional<String> handler = name.isEmpty() ? Optional.of("") : parts.api().handler(name);
      return handler.map(parts.runtime()::hasUserNamespaces).orElse(true);
    } catch (CriException | ApiException e) {
      return true;
    }
  }

  /** Labels may have changed since the node was read: a refusal needs a fresh look. */
  private Optional<Rejection> unwanted(PodView pod) {
    return pod.ofThisNode()
        ? Optional.empty()
        : parts
            .api()
            .node(false)
            .flatMap(known -> NodeMatch.check(pod, known))
            .flatMap(_ -> parts.api().node(true))
            .flatMap(fresh -> NodeMatch.check(pod, fresh));
  }

  private void refuse(PodView pod, Rejection why) {
    memory.rejection = why;
    parts.events().record(pod.pod(), "", PodEvents.Type.WARNING, why.reason(), why.message());
  }
}
