package dev.wherry.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import dev.wherry.proto.cri.v1.ContainerEventResponse;
import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.runtime.cri.EventSource;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Docker's events as CRI's, each with its pod's whole status. A slow reader slows its own stream.
 */
final class ContainerEvents implements EventSource {
  private final Owned owned;
  private final Sandboxes sandboxes;
  private final Containers containers;

  ContainerEvents(Owned owned, Sandboxes sandboxes, Containers containers) {
    this.owned = owned;
    this.sandboxes = sandboxes;
    this.containers = containers;
  }

  /** Streams until the reader leaves or Docker ends; then the status is UNAVAILABLE. */
  @Override
  public void stream(ServerCallStreamObserver<ContainerEventResponse> out) {
    var ready = new Semaphore(0);
    var callback = new Forwarder(out, ready);
    out.setOnReadyHandler(ready::release);
    out.setOnCancelHandler(() -> {
      ready.release();
      callback.closeQuietly();
    });
    owned
        .docker()
        .eventsCmd()
        .withLabelFilter(Map.of(Labels.INSTANCE, owned.instance()))
        .withEventFilter("create", "start", "die", "destroy")
        .exec(callback);
  }

  private final class Forwarder extends ResultCallback.Adapter<Event> {
    private final ServerCallStreamObserver<ContainerEventResponse> out;
    private final Semaphore ready;
    private final AtomicBoolean ended = new AtomicBoolean();

    Forwarder(ServerCallStreamObserver<ContainerEventResponse> out, Semaphore ready) {
      this.out = out;
      this.ready = ready;
    }

    @Override
    public void onNext(Event event) {
      while (!out.isReady() && !out.isCancelled()) {
        ready.acquireUninterruptibly();
      }
      if (!out.isCancelled()) {
        response(event).ifPresent(this::send);
      }
    }

    @Override
    public void onError(Throwable failure) {
      super.onError(failure);
      end();
    }

    @Override
    public void onComplete() {
      super.onComplete();
      end();
    }

    private void send(ContainerEventResponse response) {
      try {
        out.onNext(response);
      } catch (StatusRuntimeException | IllegalStateException e) {
        // The reader left between the look and the write.
        closeQuietly();
      }
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        out.onError(Status.UNAVAILABLE.withDescription("Docker's events ended").asException());
      }
    }

    // The reader has left: the call is closed already.
    void closeQuietly() {
      ended.set(true);
      try {
        close();
      } catch (IOException e) {
        // Nobody reads it any more.
      }
    }
  }

  private Optional<ContainerEventResponse> response(Event event) {
    if (event.getActor() == null || event.getActor().getAttributes() == null) {
      return Optional.empty();
    }
    Map<String, String> labels = event.getActor().getAttributes();
    String id = Objects.requireNonNullElse(event.getActor().getId(), "");
    boolean isSandbox = Labels.TYPE_SANDBOX.equals(labels.get(Labels.TYPE));
    String sandboxId = isSandbox ? id : labels.getOrDefault(Labels.SANDBOX_ID, "");
    var response =
        ContainerEventResponse.newBuilder()
            .setContainerId(id)
            .setContainerEventType(type(Objects.requireNonNullElse(event.getAction(), "")))
            .setCreatedAt(Objects.requireNonNullElse(event.getTimeNano(), 0L));
    try {
      response.setPodSandboxStatus(sandboxes.status(sandboxId));
      response.addAllContainersStatuses(containers.statusesIn(sandboxId));
    } catch (StatusRuntimeException e) {
      // The pod is gone; the event says that much by itself.
    }
    return Optional.of(response.build());
  }

  private static ContainerEventType type(String action) {
    return switch (action) {
      case "create" -> ContainerEventType.CONTAINER_CREATED_EVENT;
      case "start" -> ContainerEventType.CONTAINER_STARTED_EVENT;
      case "die" -> ContainerEventType.CONTAINER_STOPPED_EVENT;
      default -> ContainerEventType.CONTAINER_DELETED_EVENT;
    };
  }
}
