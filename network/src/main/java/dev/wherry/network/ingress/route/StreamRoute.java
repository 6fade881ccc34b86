package dev.wherry.network.ingress.route;

/**
 * A rule for connections: those by TLS are found by the name that the client asks for, others by
 * their port alone.
 *
 * @param ended whether TLS ends here; the endpoints speak it else
 * @param action to forward or to refuse
 * @param owner for logs, such as {@code TLSRoute ns/name}
 */
public record StreamRoute(HostPattern host, Rank rank, boolean ended, Action action, String owner) {
  /** The same rule for other hosts. */
  public StreamRoute at(HostPattern other) {
    return new StreamRoute(other, rank, ended, action, owner);
  }

  /** The older rule of two for one host. */
  static StreamRoute first(StreamRoute one, StreamRoute other) {
    return one.rank().compareTo(other.rank()) <= 0 ? one : other;
  }
}
