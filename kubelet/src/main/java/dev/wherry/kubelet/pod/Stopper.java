package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Lifecycle;
import dev.wherry.model.core.v1.LifecycleHandler;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Ends containers: preStop hook, then the runtime's stop with what is left of the grace period. */
final class Stopper {
  private static final System.Logger LOG = System.getLogger(Stopper.class.getName());

  /** A hook that used the whole period leaves this much for the container to end. */
  private static final Duration AFTER_HOOK_MIN = Duration.ofSeconds(2);

  private final PodParts parts;
  private final PodMemory memory;
  private final PodInbox inbox;
  private final Hooks hooks;

  Stopper(PodParts parts, PodMemory memory, PodInbox inbox, Hooks hooks) {
    this.parts = parts;
    this.memory = memory;
    this.inbox = inbox;
    this.hooks = hooks;
  }

  /** Begins a stop; a second one with a shorter period overtakes the first and skips the hook. */
  void stop(PodView pod, PodObservation observed, PodAction.StopContainer stop) {
    Instant until = parts.clock().instant().plus(stop.grace());
    boolean first = memory.stopping.put(stop.id(), until) == null;
    Optional<Container> container = pod.container(stop.name()).map(PodView.Named::container);
    if (first && container.isPresent()) {
      parts
          .events()
          .record(
              pod.pod(),
              pod.fieldPath(container.get()),
              PodEvents.Type.NORMAL,
              "Killing",
              stop.message());
    }
    String ip =
        observed
            .sandbox()
            .map(SandboxSnapshot::ips)
            .flatMap(l -> l.stream().findFirst())
            .orElse("");
    Thread.ofVirtual()
        .name("stop-" + stop.name())
        .start(() -> {
          Duration left =
              first && container.isPresent()
                  ? preStop(pod, container.get(), stop, ip)
                  : stop.grace();
          end(stop, left);
        });
  }

  private Duration preStop(
      PodView pod, Container container, PodAction.StopContainer stop, String ip) {
    Lifecycle lifecycle = container.lifecycle();
    LifecycleHandler handler = lifecycle == null ? null : lifecycle.preStop();
    if (handler == null || stop.grace().isZero()) {
      return stop.grace();
    }
    Instant began = parts.clock().instant();
    hooks.run(Hooks.Moment.PRE_STOP, pod, handler, container, stop.id(), ip, stop.grace());
    Duration left = stop.grace().minus(Duration.between(began, parts.clock().instant()));
    return left.compareTo(AFTER_HOOK_MIN) < 0 ? AFTER_HOOK_MIN : left;
  }

  private void end(PodAction.StopContainer stop, Duration grace) {
    try {
      parts.runtime().stopContainer(stop.id(), grace);
      inbox.wake();
    } catch (CriException e) {
      LOG.log(Level.WARNING, "stopping failed container={0} id={1}", stop.name(), stop.id(), e);
      inbox.send(() -> memory.stopping.remove(stop.id()));
    }
  }
}
