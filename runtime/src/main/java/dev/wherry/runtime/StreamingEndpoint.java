package dev.wherry.runtime;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.PortForwardRequest;

/**
 * Where interactive streams are served: each call remembers a request that was checked already and
 * returns the URL at which it can be taken up once, soon.
 */
public interface StreamingEndpoint extends AutoCloseable {
  String exec(ExecRequest request);

  String attach(AttachRequest request);

  String portForward(PortForwardRequest request);

  @Override
  void close();
}
