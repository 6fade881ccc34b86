package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.placement.CpuSet;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Moves a pod's running containers when the CPUs that they may use have changed: others got some
 * alone, or gave them back. Owned by the pod's worker.
 */
final class CpuCare {
  private static final System.Logger LOG = System.getLogger(CpuCare.class.getName());

  private final PodParts parts;
  private final Map<String, CpuSet> bound = new HashMap<>();

  CpuCare(PodParts parts) {
    this.parts = parts;
  }

  /** True when all containers are where they should be. */
  boolean carryOut(PodView pod, PodObservation observed) {
    if (!parts.shares().cpus().exclusive()) {
      return true;
    }
    boolean done = true;
    Set<String> running = new HashSet<>();
    for (ContainerSnapshot container : observed.containers()) {
      if (container.running()) {
        running.add(container.id());
        done &= bind(pod, container);
      }
    }
    bound.keySet().retainAll(running);
    return done;
  }

  private boolean bind(PodView pod, ContainerSnapshot container) {
    CpuSet cpus = parts.shares().cpus().cpus(pod.uid(), container.name());
    if (cpus.equals(bound.get(container.id()))) {
      return true;
    }
    try {
      parts
          .runtime()
          .updateResources(
              container.id(),
              LinuxContainerResources.newBuilder().setCpusetCpus(cpus.toString()).build());
      bound.put(container.id(), cpus);
      return true;
    } catch (CriException e) {
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
      LOG.log(
          Level.WARNING,
          "CPUs are not changed pod={0} container={1}: {2}",
          pod.identity(),
          container.name(),
          e.text());
      return false;
    }
  }
}
