package dev.wherry.runtime.choice;

import java.nio.file.Path;
import java.util.Optional;

/** What runs on a host already. Every call looks anew and may block for seconds. */
public interface HostRuntimes {
  /** The host's containerd, where distributions run it. */
  CriVerdict containerd();

  /** Whatever serves CRI at a socket. */
  CriVerdict at(Path socket);

  /** runc or crun; empty when the host has neither. */
  Optional<Path> ociRuntime();

  /** Where Docker serves. */
  Path dockerSocket();

  /** Why Docker cannot be used; empty when it can. */
  Optional<String> dockerProblem();
}
