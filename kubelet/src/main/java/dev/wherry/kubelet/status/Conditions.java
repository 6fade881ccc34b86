package dev.wherry.kubelet.status;

import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.pod.PodEviction;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodReadinessGate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions the kubelet owns, after those it leaves alone. Pure. */
final class Conditions {
  static final List<String> OWNED =
      List.of(
          "PodReadyToStartContainers",
          "Initialized",
          "Ready",
          "ContainersReady",
          "PodScheduled",
          PodSizes.PENDING,
          PodSizes.IN_PROGRESS);

  private final StatusInputs in;

  private record Verdict(boolean holds, String reason, String message) {
    static final Verdict YES = new Verdict(true, "", "");
  }

  Conditions(StatusInputs in) {
    this.in = in;
  }

  List<PodCondition> of(String phase, List<ContainerStatus> inits, List<ContainerStatus> mains) {
    List<PodCondition> all = new ArrayList<>();
    all.add(condition("PodReadyToStartContainers", sandbox()));
    all.add(condition("Initialized", initialized(phase, inits)));
    Verdict containers = containersReady(phase, inits, mains);
    all.add(condition("Ready", ready(containers)));
    all.add(condition("ContainersReady", containers));
    in.sizes().resizing().forEach(resizing -> all.add(condition(resizing)));
    in.failure()
        .filter(StatusInputs.Failure::disruption)
        .filter(_ -> before(PodEviction.CONDITION).isEmpty())
        .map(why -> new Verdict(true, PodEviction.CONDITION_REASON, why.message()))
        .ifPresent(verdict -> all.add(condition(PodEviction.CONDITION, verdict)));
    for (PodCondition other : in.pod().status().conditions()) {
      if (!OWNED.contains(other.type())) {
        all.add(other);
      }
    }
    all.add(condition("PodScheduled", Verdict.YES));
    return all;
  }

  private Verdict sandbox() {
    boolean ready =
        in.observed()
            .sandbox()
            .filter(SandboxSnapshot::ready)
            .filter(s -> in.pod().hostNetwork() || !s.ips().isEmpty())
            .isPresent();
    return new Verdict(ready, "", "");
  }

  private Verdict initialized(String phase, List<ContainerStatus> inits) {
    if (phase.equals("Succeeded")) {
      return new Verdict(true, "PodCompleted", "");
    }
    List<String> missing = new ArrayList<>();
    List<PodView.Named> named = in.pod().inits();
    boolean mainsBegan =
        in.pod().mains().stream().anyMatch(c -> in.observed().container(c.name()).isPresent());
    for (int i = 0; i < named.size(); i++) {
      ContainerStatus status = inits.get(i);
      boolean done =
          named.get(i).role() == PodView.Role.SIDECAR
              ? Boolean.TRUE.equals(status.started()) || mainsBegan
              : PodPhase.exitCode(status) == 0 || mainsBegan;
      if (!done) {
        missing.add(named.get(i).name());
      }
    }
    return missing.isEmpty()
        ? Verdict.YES
        : new Verdict(
            false,
            "ContainersNotInitialized",
            "containers with incomplete status: [" + String.join(" ", missing) + "]");
  }

  private Verdict containersReady(
      String phase, List<ContainerStatus> inits, List<ContainerStatus> mains) {
    if (phase.equals("Succeeded")) {
      return new Verdict(false, "PodCompleted", "");
    }
    if (phase.equals("Failed")) {
      return new Verdict(false, "PodFailed", "");
    }
    List<String> unready = new ArrayList<>();
    List<PodView.Named> named = in.pod().inits();
    for (int i = 0; i < named.size(); i++) {
      if (named.get(i).role() == PodView.Role.SIDECAR
          && !Boolean.TRUE.equals(inits.get(i).ready())) {
        unready.add(named.get(i).name());
      }
    }
    for (ContainerStatus status : mains) {
      if (!Boolean.TRUE.equals(status.ready())) {
        unready.add(status.name());
      }
    }
    return unready.isEmpty()
        ? Verdict.YES
        : new Verdict(
            false,
            "ContainersNotReady",
            "containers with unready status: [" + String.join(" ", unready) + "]");
  }

  private Verdict ready(Verdict containers) {
    if (!containers.holds()) {
      return containers;
    }
    for (PodReadinessGate gate : in.pod().spec().readinessGates()) {
      Optional<PodCondition> condition = before(gate.conditionType());
      if (condition.isEmpty()) {
        return new Verdict(
            false,
            "ReadinessGatesNotReady",
            "corresponding condition of pod readiness gate \""
                + gate.conditionType()
                + "\" does not exist.");
      }
      if (!condition.get().status().equals("True")) {
        return new Verdict(
            false,
            "ReadinessGatesNotReady",
            "the status of pod readiness gate \""
                + gate.conditionType()
                + "\" is not \"True\", but "
                + condition.get().status());
      }
    }
    return Verdict.YES;
  }

  private Optional<PodCondition> before(String type) {
    return in.pod().status().conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private PodCondition condition(PodSizes.Resizing resizing) {
    return condition(resizing.type(), new Verdict(true, resizing.reason(), resizing.message()))
        .toBuilder()
        .observedGeneration(resizing.generation())
        .build();
  }

  private PodCondition condition(String type, Verdict verdict) {
    String status = verdict.holds() ? "True" : "False";
    Optional<PodCondition> before = before(type).filter(c -> c.status().equals(status));
    return PodCondition.builder()
        .type(type)
        .status(status)
        .reason(verdict.reason())
        .message(verdict.message())
        .observedGeneration(in.pod().meta().generation())
        .lastTransitionTime(
            before
                .map(PodCondition::lastTransitionTime)
                .orElse(ContainerStatuses.seconds(in.now())))
        .build();
  }
}
