package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.admission.NodeRoom;
import dev.wherry.kubelet.admission.NodeRules;
import dev.wherry.kubelet.admission.Rejection;
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
      room.awaitOpen();
      Optional<Rejection> refused = NodeRules.check(pod).or(() -> room.admit(pod));
      refused.ifPresent(why -> refuse(pod, why));
    }
    decided = true;
  }

  private void refuse(PodView pod, Rejection why) {
    memory.rejection = why;
    parts.events().record(pod.pod(), "", PodEvents.Type.WARNING, why.reason(), why.message());
  }
}
