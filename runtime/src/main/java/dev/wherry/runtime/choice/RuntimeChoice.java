package dev.wherry.runtime.choice;

import java.nio.file.Path;

/** Which runtime a worker is told to use. */
public sealed interface RuntimeChoice {
  /** A containerd that runs here, else a Docker that runs here, else the built-in runtime. */
  record Auto() implements RuntimeChoice {}

  /** Ours, over the host's runc or crun. */
  record BuiltIn() implements RuntimeChoice {}

  /** The host's containerd when it serves CRI, else one of our own. */
  record Containerd() implements RuntimeChoice {}

  /** The host's Docker. */
  record Docker() implements RuntimeChoice {}

  /** Whatever serves CRI at this socket. */
  record Socket(Path path) implements RuntimeChoice {}

  /** The prefix of a socket's URL. */
  String SOCKET_SCHEME = "unix://";

  /**
   * Reads a flag's value.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  static RuntimeChoice parse(String text) {
    return switch (text) {
      case "auto" -> new Auto();
      case "builtin" -> new BuiltIn();
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
