package dev.wherry.cli;

import picocli.CommandLine.Option;

/** Which parts of a node's network are Wherry's own, and whether it encrypts. */
final class NetworkFlags {
  @Option(
      names = "--pod-network",
      paramLabel = "WHO",
      description =
          "Who connects pods: built-in, or none for a CNI plugin that you install, such as flannel;"
              + " the same for the server and every agent (default: ${DEFAULT-VALUE}).",
      defaultValue = NetworkChoice.BUILT_IN_WORD)
  private String podNetwork = NetworkChoice.BUILT_IN_WORD;

  @Option(
      names = "--service-proxy",
      paramLabel = "WHO",
      description =
          "Who balances Services on this node: built-in, or none for a proxy that you run, such as"
              + " kube-proxy (default: ${DEFAULT-VALUE}).",
      defaultValue = NetworkChoice.BUILT_IN_WORD)
  private String serviceProxy = NetworkChoice.BUILT_IN_WORD;

  @Option(
      names = "--node-encryption",
      paramLabel = "HOW",
      description =
          "How pods' packets are encrypted between nodes: none, or wireguard, which the kernel must"
              + " have; the same for the server and every agent (default: ${DEFAULT-VALUE}).",
      defaultValue = NetworkChoice.NONE_WORD)
  private String nodeEncryption = NetworkChoice.NONE_WORD;

  /**
   * What the flags say.
   *
   * @throws IllegalArgumentException with a sentence
   */
  NetworkChoice choice() {
    return NetworkChoice.parse(podNetwork, serviceProxy, nodeEncryption);
  }
}
