package dev.wherry.runtime.cri;

import dev.wherry.proto.cri.v1.ContainerEventResponse;
import io.grpc.stub.ServerCallStreamObserver;

/** A runtime's own events as CRI's. */
@FunctionalInterface
public interface EventSource {
  /** Streams until the reader leaves or the source ends. */
  void stream(ServerCallStreamObserver<ContainerEventResponse> out);
}
