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
 * The pod state machine: what to do next, from the spec, the runtime and the worker's facts. Pure
 * (rule: upstream's computePodActions and its order for init containers and sidecars, KEP-753).
 */
public final class PodDecider {
  private PodDecider() {}

  /** Decides for one moment; the same inputs give the same decision. */
  public static PodDecision decide(
      PodView pod, PodObservation observed, PodFacts facts, Instant now) {
    boolean complete = facts.resized().isEmpty() && complete(pod, observed);
    if (facts.ending() != null || complete) {
      return PodEnding.decide(pod, observed, facts, now);
    }
    return new Run(pod, observed, facts, now).decide();
  }

  /**
   * Whether every container ended and none will start again, or an init container failed for good.
   */
  static boolean complete(PodView pod, PodObservation observed) {
    if (initFailed(pod, observed)) {
      return true;
    }
    for (PodView.Named named : pod.mains()) {
      Optional<ContainerSnapshot> last = observed.container(named.name());
      if (last.isEmpty() || !last.get().exited() || restarts(pod, named, last.get())) {
        return false;
      }
    }
    return true;
  }

  private static boolean initFailed(PodView pod, PodObservation observed) {
    return pod.podRestartPolicy().equals("Never")
        && pod.inits().stream()
            .filter(named -> named.role() == PodView.Role.INIT)
            .flatMap(named -> observed.container(named.name()).stream())
            .anyMatch(c -> c.exited() && c.exitCode() != 0);
  }

  static boolean restarts(PodView pod, PodView.Named named, ContainerSnapshot ended) {
    return switch (pod.restartPolicy(named)) {
      case "Never" -> false;
      case "OnFailure" -> ended.exitCode() != 0;
      default -> true;
    };
  }

  /** One decision for a pod that should run. */
  private static final class Run {
    private final PodView pod;
    private final PodObservation observed;
    private final PodFacts facts;
    private final Instant now;
    private final List<PodAction> actions = new ArrayList<>();
    private Optional<Instant> wakeAt = Optional.empty();

    Run(PodView pod, PodObservation observed, PodFacts facts, Instant now) {
      this.pod = pod;
      this.observed = observed;
      this.facts = facts;
      this.now = now;
    }

    PodDecision decide() {
      pod.activeDeadline().ifPresent(this::wake);
      Optional<SandboxSnapshot> ready =
          observed.sandbox().filter(s -> s.ready() && s.hostNetwork() == pod.hostNetwork());
      if (ready.isEmpty()) {
        replaceSandbox();
      } else {
        containers(ready.get());
      }
      return new PodDecision(PodDecision.Goal.RUN, actions, wakeAt);
    }

    private void replaceSandbox() {
      boolean busy = false;
      for (ContainerSnapshot container : observed.containers()) {
        if (container.running()) {
          busy = true;
          stop(container, "Stopping container " + container.name());
        }
      }
      if (busy) {
        return;
      }
      for (SandboxSnapshot sandbox : observed.sandboxes()) {
        if (sandbox.ready()) {
          actions.add(new PodAction.StopSandbox(sandbox.id()));
        }
      }
      if (facts.sandboxRetryAt().isAfter(now)) {
        wake(facts.sandboxRetryAt());
        return;
      }
      int attempt = observed.sandbox().map(s -> s.attempt() + 1).orElse(0);
      actions.add(new PodAction.RunSandbox(attempt));
    }

    private void containers(SandboxSnapshot sandbox) {
      pod.ephemerals().forEach(named -> keepRunning(named, sandbox));
      boolean mainCreated =
          pod.mains().stream().anyMatch(named -> current(named, sandbox).isPresent());
      if (mainCreated) {
        pod.inits().stream()
            .filter(named -> named.role() == PodView.Role.SIDECAR)
            .forEach(named -> keepRunning(named, sandbox));
        pod.mains().forEach(named -> keepRunning(named, sandbox));
        return;
      }
      for (PodView.Named named : pod.inits()) {
        if (!initPassed(named, sandbox)) {
          return;
        }
      }
      pod.mains().forEach(named -> keepRunning(named, sandbox));
    }

    /** Drives one init container; true when the next may begin. */
    private boolean initPassed(PodView.Named named, SandboxSnapshot sandbox) {
      Optional<ContainerSnapshot> current = current(named, sandbox);
      if (named.role() == PodView.Role.SIDECAR) {
        keepRunning(named, sandbox);
        return current.filter(c -> c.running() && facts.started().contains(c.id())).isPresent();
      }
      if (current.filter(c -> c.exited() && c.exitCode() == 0).isPresent()) {
        return true;
      }
      keepRunning(named, sandbox);
      return false;
    }

    private void keepRunning(PodView.Named named, SandboxSnapshot sandbox) {
      Optional<ContainerSnapshot> current = current(named, sandbox);
      if (current.isEmpty()) {
        start(named, sandbox);
        return;
      }
      ContainerSnapshot container = current.get();
      switch (container.state()) {
        case RUNNING -> checkRunning(named, container);
        case EXITED -> {
          if (restarts(pod, named, container) || facts.resized().contains(named.name())) {
            start(named, sandbox);
          }
        }
        case CREATED -> {
          actions.add(new PodAction.RemoveContainer(container.id()));
          actions.add(new PodAction.StartContainer(named, sandbox.id(), container.attempt()));
        }
        case UNKNOWN -> stop(container, "Container is in unknown state, try killing it");
      }
    }

    private void checkRunning(PodView.Named named, ContainerSnapshot container) {
      String hash = facts.hashes().getOrDefault(named.name(), container.hash());
      if (!hash.equals(container.hash())) {
        stop(container, "Container " + named.name() + " definition changed, will be restarted");
        return;
      }
      if (facts.resized().contains(named.name())) {
        stop(container, "Container " + named.name() + " resize requires restart");
        return;
      }
      var failed = facts.unhealthy().get(container.id());
      if (failed != null) {
        String probe = failed.title().toLowerCase(java.util.Locale.ROOT);
        stop(
            container,
            "Container " + named.name() + " failed " + probe + " probe, will be restarted",
            failed.grace(named.container()).orElse(pod.grace()));
      }
    }

    private void start(PodView.Named named, SandboxSnapshot sandbox) {
      boolean over =
          observed
              .container(named.name())
              .filter(c -> c.exited() && !restarts(pod, named, c))
              .filter(_ -> !facts.resized().contains(named.name()))
              .isPresent();
      boolean once = named.role() == PodView.Role.MAIN || named.role() == PodView.Role.EPHEMERAL;
      if (over && once) {
        return;
      }
      Instant retryAt = facts.retryAt().getOrDefault(named.name(), now);
      if (retryAt.isAfter(now)) {
        wake(retryAt);
        return;
      }
      int attempt = observed.container(named.name()).map(c -> c.attempt() + 1).orElse(0);
      actions.add(new PodAction.StartContainer(named, sandbox.id(), attempt));
    }

    private void stop(ContainerSnapshot container, String message) {
      stop(container, message, pod.grace());
    }

    private void stop(ContainerSnapshot container, String message, Duration grace) {
      if (!facts.stopping().containsKey(container.id())) {
        actions.add(new PodAction.StopContainer(container.id(), container.name(), grace, message));
      }
    }

    private Optional<ContainerSnapshot> current(PodView.Named named, SandboxSnapshot sandbox) {
      return observed.container(named.name()).filter(c -> c.sandboxId().equals(sandbox.id()));
    }

    private void wake(Instant at) {
      wakeAt = Optional.of(wakeAt.filter(at::isAfter).orElse(at));
    }
  }
}
