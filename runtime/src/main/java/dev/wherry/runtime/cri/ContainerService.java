package dev.wherry.runtime.cri;

import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerFilter;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.CreateContainerRequest;
import dev.wherry.proto.cri.v1.ExecSyncRequest;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Containers as CRI speaks of them. Calls block; stop and remove are idempotent. */
public interface ContainerService {
  /** Creates a container in its sandbox without starting it; returns its id. */
  String create(CreateContainerRequest request) throws IOException;

  void start(String id) throws IOException;

  /** Stop signal, then SIGKILL after the time given; a container that has ended is no error. */
  void stop(String id, long timeoutSeconds) throws IOException;

  void remove(String id) throws IOException;

  /** One container's status; NOT_FOUND when there is none. */
  ContainerStatus status(String id);

  /** Those that a filter lets through. */
  List<Container> list(ContainerFilter filter);

  void update(String id, LinuxContainerResources resources) throws IOException;

  void reopenLog(String id) throws IOException;

  /** Throws NOT_FOUND when there is none. */
  void requireKnown(String id);

  /** Runs a command to its end; DEADLINE_EXCEEDED after its timeout, when it has been killed. */
  ExecSyncResponse execSync(ExecSyncRequest request) throws IOException;

  /** The container's first process; empty when it does not run. */
  Optional<Long> processId(String id);

  /** What its writable layer takes; empty where that is not known. */
  Optional<FilesystemUsage> writableLayer(String id);
}
