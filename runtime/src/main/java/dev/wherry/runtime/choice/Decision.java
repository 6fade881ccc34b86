package dev.wherry.runtime.choice;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which runtime it is, and what a person should know about it.
 *
 * @param runtime the one to open
 * @param remarks why others were passed over; empty when there is nothing to say
 */
record Decision(Runtime runtime, List<String> remarks) {
  Decision {
    remarks = List.copyOf(remarks);
  }

  /** A runtime as it is remembered. */
  sealed interface Runtime {
    /**
     * The one in this program.
     *
     * @param program runc, crun or one like them
     */
    record BuiltIn(OciProgram program) implements Runtime {}

    /** A containerd started by us, with paths of its own. */
    record Own() implements Runtime {}

    /** Docker behind our shim. */
    record Docker(Path socket) implements Runtime {}

    /** Somebody else's CRI runtime. */
    record Foreign(CriVerdict.Usable cri) implements Runtime {}
  }

  /**
   * Decides. A worker that has a runtime keeps it under {@code auto}: its pods live there.
   *
   * @param remembered what this data directory used before
   * @throws RuntimeUnavailableException with a sentence for the user
   */
  static Decision of(
      RuntimeChoice choice, Optional<RememberedRuntime> remembered, HostRuntimes host)
      throws RuntimeUnavailableException {
    return switch (choice) {
      case RuntimeChoice.Socket(Path path) -> foreign(host.at(path), remembered);
      case RuntimeChoice.BuiltIn(String oci) -> builtIn(host, oci, remembered, List.of());
      case RuntimeChoice.Docker _ -> docker(host);
      case RuntimeChoice.Containerd _ -> containerd(remembered, host, List.of());
      case RuntimeChoice.Auto(String oci) ->
          remembered.isPresent() ? again(remembered.get(), host, oci) : found(host, oci);
    };
  }

  private static Decision again(RememberedRuntime remembered, HostRuntimes host, String oci)
      throws RuntimeUnavailableException {
    return switch (remembered.kind()) {
      case BUILTIN -> builtIn(host, oci, Optional.of(remembered), List.of());
      case OWN -> new Decision(new Runtime.Own(), List.of());
      case DOCKER -> docker(host);
      case FOREIGN -> foreign(host.at(remembered.socket()), Optional.of(remembered));
    };
  }

  private static Decision found(HostRuntimes host, String oci) throws RuntimeUnavailableException {
    CriVerdict containerd = host.containerd();
    Optional<String> reason = refusal(containerd, Optional.empty());
    if (containerd instanceof CriVerdict.Usable usable && reason.isEmpty()) {
      return new Decision(new Runtime.Foreign(usable), List.of());
    }
    List<String> remarks =
        containerd instanceof CriVerdict.Absent ? List.of() : reason.stream().toList();
    if (host.dockerProblem().isEmpty()) {
      return new Decision(new Runtime.Docker(host.dockerSocket()), remarks);
    }
    return builtIn(host, oci, Optional.empty(), remarks);
  }

  /** With the program that is asked for, else the one of before while it is there. */
  private static Decision builtIn(
      HostRuntimes host, String oci, Optional<RememberedRuntime> remembered, List<String> remarks)
      throws RuntimeUnavailableException {
    Optional<OciProgram> before =
        oci.isEmpty()
            ? remembered
                .map(RememberedRuntime::oci)
                .filter(known -> !known.equals(OciProgram.NONE))
                .flatMap(known -> host.ociRuntime(known.path().toString()))
            : Optional.empty();
    OciProgram program =
        before
            .or(() -> host.ociRuntime(oci))
            .orElseThrow(() ->
                new RuntimeUnavailableException(
                    oci.isEmpty()
                        ? "the built-in runtime needs runc or crun (apt install runc)"
                        : oci
                            + " of --oci-runtime is not on this host; install it, or name another"));
    Optional<String> problem = host.ociProblem(program);
    if (problem.isPresent()) {
      throw new RuntimeUnavailableException(problem.get());
    }
    return new Decision(new Runtime.BuiltIn(program), remarks);
  }

  private static Decision containerd(
      Optional<RememberedRuntime> remembered, HostRuntimes host, List<String> remarks) {
    if (remembered.isPresent() && remembered.get().kind() == RememberedRuntime.Kind.OWN) {
      return new Decision(new Runtime.Own(), remarks);
    }
    CriVerdict verdict = host.containerd();
    Optional<String> reason = refusal(verdict, remembered);
    return verdict instanceof CriVerdict.Usable usable && reason.isEmpty()
        ? new Decision(new Runtime.Foreign(usable), remarks)
        : new Decision(new Runtime.Own(), reason.stream().toList());
  }

  private static Decision docker(HostRuntimes host) throws RuntimeUnavailableException {
    Optional<String> problem = host.dockerProblem();
    if (problem.isPresent()) {
      throw new RuntimeUnavailableException(
          problem.get() + "; start it (systemctl start docker), or give another --runtime");
    }
    return new Decision(new Runtime.Docker(host.dockerSocket()), List.of());
  }

  private static Decision foreign(CriVerdict verdict, Optional<RememberedRuntime> remembered)
      throws RuntimeUnavailableException {
    Optional<String> reason = refusal(verdict, remembered);
    if (verdict instanceof CriVerdict.Usable usable && reason.isEmpty()) {
      return new Decision(new Runtime.Foreign(usable), List.of());
    }
    throw new RuntimeUnavailableException(
        reason.orElse("no runtime") + "; mend it, or give another --runtime");
  }

  /** A kubelet ends pods it does not know, so a runtime with pods of another one is left alone. */
  private static Optional<String> refusal(
      CriVerdict verdict, Optional<RememberedRuntime> remembered) {
    return switch (verdict) {
      case CriVerdict.Absent(String why) -> Optional.of(why);
      case CriVerdict.Unusable(String why) -> Optional.of(why);
      case CriVerdict.Usable usable -> {
        boolean ours = remembered.isPresent() && remembered.get().socket().equals(usable.socket());
        yield usable.pods() > 0 && !ours
            ? Optional.of(usable.socket() + " runs " + usable.pods() + " pods of another kubelet")
            : Optional.empty();
      }
    };
  }
}
