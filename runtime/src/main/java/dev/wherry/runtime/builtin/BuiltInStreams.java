package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.runtime.builtin.container.Containers;
import dev.wherry.runtime.builtin.sandbox.Sandboxes;
import dev.wherry.runtime.cri.CriFailures;
import dev.wherry.runtime.streams.ShimConnection;
import dev.wherry.runtime.streams.StreamSource;
import dev.wherry.streaming.portforward.PodConnection;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Streams into the built-in runtime's containers.
 *
 * @param shim the installed wherry-shim, which enters network namespaces
 */
record BuiltInStreams(Containers containers, Sandboxes sandboxes, Path shim)
    implements StreamSource {
  @Override
  public RemoteProcess exec(ExecRequest request) throws IOException {
    return containers.exec(
        request.getContainerId(), request.getCmdList(), request.getTty(), request.getStdin());
  }

  @Override
  public RemoteProcess attach(AttachRequest request) throws IOException {
    return containers.attach(
        request.getContainerId(),
        request.getStdin(),
        request.getStdout(),
        request.getStderr() && !request.getTty(),
        request.getTty());
  }

  @Override
  public PodConnection dial(String sandboxId, int port) throws IOException {
    long pid =
        sandboxes
            .processId(sandboxId)
            .orElseThrow(() -> CriFailures.notFound("running sandbox", sandboxId));
    return ShimConnection.dial(shim, pid, port);
  }
}
