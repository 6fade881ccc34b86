package dev.wherry.runtime.choice;

import dev.wherry.runtime.builtin.shim.OciRuntime;
import java.nio.file.Path;

/** Which runtime a worker is told to use. */
public sealed interface RuntimeChoice {
  /**
   * A containerd that runs here, else a Docker that runs here, else the built-in runtime.
   *
   * @param oci as {@link BuiltIn} takes it, in case it becomes that one
   */
  record Auto(String oci) implements RuntimeChoice {
    public Auto() {
      this("");
    }
  }

  /**
   * Ours.
   *
   * @param oci its OCI runtime: a name to look for, a path, or "" for the one of before, else runc,
   *     else crun
   */
  record BuiltIn(String oci) implements RuntimeChoice {}

  /** The host's containerd when it serves CRI, else one of our own. */
  record Containerd() implements RuntimeChoice {}

  /** The host's Docker. */
  record Docker() implements RuntimeChoice {}

  /** Whatever serves CRI at this socket. */
  record Socket(Path path) implements RuntimeChoice {}

  /** The prefix of a socket's URL. */
  String SOCKET_SCHEME = "unix://";

  /**
   * Reads flags' values.
   *
   * @param oci "", {@code runc}, {@code crun} or an absolute path
   * @throws IllegalArgumentException with a sentence for the user
   */
  static RuntimeChoice parse(String text, String oci) {
    if (!oci.isEmpty() && !oci.startsWith("/") && !OciRuntime.NAMES.contains(oci)) {
      throw new IllegalArgumentException(
          "--oci-runtime " + oci + ": write runc, crun or the /PATH of a program like them");
    }
    return switch (text) {
      case "auto" -> new Auto(oci);
      case "builtin" -> new BuiltIn(oci);
      default -> {
        if (!oci.isEmpty()) {
          throw new IllegalArgumentException(
              "--oci-runtime is for the built-in runtime: leave it away, or give --runtime builtin");
        }
        yield parse(text);
      }
    };
  }

  /** The same without a word on the OCI runtime. */
  static RuntimeChoice parse(String text) {
    return switch (text) {
      case "auto" -> new Auto();
      case "builtin" -> new BuiltIn("");
      case "containerd" -> new Containerd();
      case "docker" -> new Docker();
      default -> {
        String path = text.startsWith(SOCKET_SCHEME) ? text.substring(SOCKET_SCHEME.length()) : "";
        if (!path.startsWith("/")) {
          throw new IllegalArgumentException(
              "--runtime " + text + ": write auto, builtin, containerd, docker or unix:///SOCKET");
        }
        yield new Socket(Path.of(path));
      }
    };
  }
}
