package dev.wherry.streaming.tunnel;

import static java.util.Objects.requireNonNull;

/** Where on or behind a node a stream shall end. */
public sealed interface DialTarget {
  /** The agent's own HTTPS server. */
  record Kubelet() implements DialTarget {}

  /** The agent's end of the relay of pods' packets. */
  record Packets() implements DialTarget {}

  /**
   * An address that the node can reach: a pod, a Service, the node itself.
   *
   * @param host an IP address literal
   * @param port 1 to 65535
   */
  record Tcp(String host, int port) implements DialTarget {
    public Tcp {
      requireNonNull(host, "host");
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("port " + port + " is not in 1-65535");
      }
    }
  }

  /** The {@code :authority} of the CONNECT request (RFC 9113, section 8.5). */
  default String authority() {
    return switch (this) {
      case Kubelet() -> TunnelProtocol.KUBELET_AUTHORITY;
      case Packets() -> TunnelProtocol.PACKETS_AUTHORITY;
      case Tcp(String host, int port) when host.indexOf(':') >= 0 -> "[" + host + "]:" + port;
      case Tcp(String host, int port) -> host + ":" + port;
    };
  }
}
