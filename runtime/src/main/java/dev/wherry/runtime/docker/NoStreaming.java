package dev.wherry.runtime.docker;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.runtime.StreamingEndpoint;
import io.grpc.Status;

/** Until the streaming module serves remote commands, the calls say that they are not there. */
final class NoStreaming implements StreamingEndpoint {
  @Override
  public String exec(ExecRequest request) {
    throw Status.UNIMPLEMENTED.withDescription("exec over Docker").asRuntimeException();
  }

  @Override
  public String attach(AttachRequest request) {
    throw Status.UNIMPLEMENTED.withDescription("attach over Docker").asRuntimeException();
  }

  @Override
  public String portForward(PortForwardRequest request) {
    throw Status.UNIMPLEMENTED.withDescription("port-forward over Docker").asRuntimeException();
  }

  @Override
  public void close() {}
}
