package dev.wherry.runtime.cri;

import dev.wherry.proto.cri.v1.PodSandbox;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxFilter;
import dev.wherry.proto.cri.v1.PodSandboxStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Pod sandboxes as CRI speaks of them. Calls block; stop and remove are idempotent. */
public interface SandboxService {
  /** Creates, starts and attaches; returns the id. Leaves nothing behind when it throws. */
  String run(PodSandboxConfig config, String runtimeHandler) throws IOException;

  /** Ends every container of the sandbox, gives its address back, ends the sandbox. */
  void stop(String id) throws IOException;

  /** Removes the sandbox and its containers, running or not. */
  void remove(String id) throws IOException;

  /** One sandbox's status; NOT_FOUND when there is none. */
  PodSandboxStatus status(String id);

  /** Those that a filter lets through. */
  List<PodSandbox> list(PodSandboxFilter filter);

  /** The process whose namespaces are the sandbox's; empty when it does not run. */
  Optional<Long> processId(String id);
}
