package dev.wherry.scheduler.view;

/**
 * A port of the node that a pod takes.
 *
 * @param ip the address it binds; "0.0.0.0" for all
 */
public record HostPort(String protocol, String ip, int port) {
  private static final String ANY = "0.0.0.0";

  public HostPort {
    if (ip.isEmpty()) {
      ip = ANY;
    }
    if (protocol.isEmpty()) {
      protocol = "TCP";
    }
  }

  /** Whether both cannot be on one node: same port and protocol on the same or on all addresses. */
  public boolean conflictsWith(HostPort other) {
    return port == other.port
        && protocol.equals(other.protocol)
        && (ip.equals(other.ip) || ip.equals(ANY) || other.ip.equals(ANY));
  }
}
