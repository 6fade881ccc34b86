package dev.wherry.runtime.choice;

import java.nio.file.Path;
import java.util.Optional;

/** What runs on a host already. Every call looks anew and may block for seconds. */
public interface HostRuntimes {
  /** The host's containerd, where distributions run it. */
  CriVerdict containerd();

  /** Whatever serves CRI at a socket. */
  CriVerdict at(Path socket);

  /**
   * An OCI runtime; empty when the host has none such.
   *
   * @param wanted a name or an absolute path; "" for whichever is there
   */
  Optional<OciProgram> ociRuntime(String wanted);

  /** Why an OCI runtime cannot work here; empty when nothing is known against it. */
  Optional<String> ociProblem(OciProgram program);

  /** Where Docker serves. */
  Path dockerSocket();

  /** Why Docker cannot be used; empty when it can. */
  Optional<String> dockerProblem();
}
