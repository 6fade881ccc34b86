package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.ContainerEventResponse;
import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.runtime.builtin.container.Containers;
import dev.wherry.runtime.builtin.sandbox.Sandboxes;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Events with their pod's whole status; it knows the pods only once both parts are made. */
final class LatePodEvents implements PodEvents {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private record Known(Sandboxes sandboxes, Containers containers) {}

  private final EventHub hub;
  private final InstantSource clock;
  private volatile Optional<Known> known = Optional.empty();

  LatePodEvents(EventHub hub, InstantSource clock) {
    this.hub = hub;
    this.clock = clock;
  }

  void knows(Sandboxes sandboxes, Containers containers) {
    known = Optional.of(new Known(sandboxes, containers));
  }

  @Override
  public void publish(String id, String sandboxId, ContainerEventType type) {
    if (!hub.hasListeners()) {
      return;
    }
    Instant now = clock.instant();
    var event =
        ContainerEventResponse.newBuilder()
            .setContainerId(id)
            .setContainerEventType(type)
            .setCreatedAt(now.getEpochSecond() * NANOS_PER_SECOND + now.getNano());
    known.ifPresent(pods -> {
      try {
        event.setPodSandboxStatus(pods.sandboxes().status(sandboxId));
        event.addAllContainersStatuses(pods.containers().statusesIn(sandboxId));
      } catch (StatusRuntimeException e) {
        // The pod is gone; the event says that much by itself.
      }
    });
    hub.publish(event.build());
  }
}
