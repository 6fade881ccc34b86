package dev.wherry.network.ingress.route;

/**
 * A port of a Service, to whose endpoints requests go.
 *
 * @param portName as EndpointSlices name it; "" for the only one
 * @param http2 whether its endpoints are spoken to by HTTP/2
 */
public record BackendKey(
    String namespace, String service, String portName, boolean http2, BackendTls tls) {
  /** One that is spoken to without TLS. */
  public BackendKey(String namespace, String service, String portName, boolean http2) {
    this(namespace, service, portName, http2, BackendTls.NONE);
  }

  /** The same by TLS. */
  public BackendKey with(BackendTls other) {
    return new BackendKey(namespace, service, portName, http2, other);
  }

  @Override
  public String toString() {
    return namespace + "/" + service + (portName.isEmpty() ? "" : ":" + portName);
  }
}
