package dev.wherry.runtime.streams;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.streaming.portforward.PodConnection;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import java.io.IOException;

/** What stands behind a streaming endpoint; calls block. */
public interface StreamSource {
  /** Starts a command in a running container. */
  RemoteProcess exec(ExecRequest request) throws IOException;

  /** Joins the streams of a container's first process. */
  RemoteProcess attach(AttachRequest request) throws IOException;

  /**
   * Connects to a port on a sandbox's loopback.
   *
   * @throws IOException when the port refuses; the message says why
   */
  PodConnection dial(String sandboxId, int port) throws IOException;
}
