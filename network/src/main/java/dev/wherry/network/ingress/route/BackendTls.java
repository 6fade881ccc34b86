package dev.wherry.network.ingress.route;

import java.util.List;

/**
 * How endpoints are spoken to by TLS (Gateway API's BackendTLSPolicy).
 *
 * @param serverName asked for by SNI; "" for no TLS
 * @param hosts names of which the certificate must have one, unless it has one of the URIs
 * @param uris likewise, letter by letter
 * @param authorities certificates in PEM; "" for those of the Java runtime
 */
public record BackendTls(
    String serverName, List<String> hosts, List<String> uris, String authorities) {
  /** Endpoints are spoken to as they are. */
  public static final BackendTls NONE = new BackendTls("", List.of(), List.of(), "");

  public BackendTls {
    hosts = List.copyOf(hosts);
    uris = List.copyOf(uris);
  }

  public boolean isNone() {
    return serverName.isEmpty();
  }
}
