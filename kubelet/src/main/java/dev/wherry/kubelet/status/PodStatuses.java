package dev.wherry.kubelet.status;

import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.resource.QosClass;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.HostIP;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodIP;
import dev.wherry.model.core.v1.PodStatus;
import java.util.ArrayList;
import java.util.List;

/** The whole status of a pod. Pure. */
public final class PodStatuses {
  private PodStatuses() {}

  /** Builds the status; what the kubelet does not own is kept. */
  public static PodStatus of(StatusInputs in) {
    PodStatus before = in.pod().status();
    ContainerStatuses containers = new ContainerStatuses(in);
    List<ContainerStatus> inits = containers.of(in.pod().inits());
    List<ContainerStatus> mains = containers.of(in.pod().mains());
    String phase = phase(in, inits, mains);
    List<String> ips =
        in.pod().hostNetwork()
            ? in.hostIps()
            : in.observed()
                .sandbox()
                .map(SandboxSnapshot::ips)
                .filter(known -> !known.isEmpty())
                .orElse(before.podIPs().stream().map(PodIP::ip).toList());
    PodStatus.Builder out =
        before.toBuilder()
            .phase(phase)
            .observedGeneration(in.pod().meta().generation())
            .hostIP(in.hostIps().getFirst())
            .hostIPs(in.hostIps().stream().map(ip -> HostIP.builder().ip(ip).build()).toList())
            .podIP(ips.isEmpty() ? "" : ips.getFirst())
            .podIPs(ips.stream().map(ip -> PodIP.builder().ip(ip).build()).toList())
            .startTime(in.startTime())
            .qosClass(QosClass.of(in.pod()).text())
            .initContainerStatuses(inits)
            .containerStatuses(mains)
            .ephemeralContainerStatuses(containers.of(in.pod().ephemerals()))
            .conditions(new Conditions(in).of(phase, inits, mains));
    if (phase.equals("Failed")) {
      in.failure().ifPresent(why -> out.reason(why.reason()).message(why.message()));
    }
    return out.build();
  }

  /** What was said last, but for a kubelet's own conditions that others have changed since. */
  public static List<PodCondition> standing(List<PodCondition> said, List<PodCondition> newest) {
    List<PodCondition> all = new ArrayList<>(said);
    for (PodCondition condition : newest) {
      all.replaceAll(c ->
          c.type().equals(condition.type()) && Conditions.OWNED.contains(c.type()) ? condition : c);
    }
    return all;
  }

  /** What this kubelet last said of its own conditions, and what is now known of the others. */
  public static List<PodCondition> conditions(List<PodCondition> own, List<PodCondition> newest) {
    List<PodCondition> all = new ArrayList<>(own);
    all.removeIf(c ->
        !Conditions.OWNED.contains(c.type())
            && newest.stream().anyMatch(n -> n.type().equals(c.type())));
    for (PodCondition other : newest) {
      if (all.stream().noneMatch(c -> c.type().equals(other.type()))) {
        all.add(other);
      }
    }
    return all;
  }

  /** A phase that is over never changes; a failure is one when nothing runs any more. */
  private static String phase(
      StatusInputs in, List<ContainerStatus> inits, List<ContainerStatus> mains) {
    if (in.pod().terminal()) {
      return in.pod().status().phase();
    }
    if (in.failure().isPresent() && !in.observed().anyRunning()) {
      return "Failed";
    }
    return PodPhase.of(in.pod(), inits, mains, in.ended());
  }
}
