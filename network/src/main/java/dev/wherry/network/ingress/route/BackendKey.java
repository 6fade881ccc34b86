package dev.wherry.network.ingress.route;

/**
 * A port of a Service, to whose endpoints requests go.
 *
 * @param portName as EndpointSlices name it; "" for the only one
 * @param http2 whether its endpoints are spoken to by HTTP/2 without TLS
 */
public record BackendKey(String namespace, String service, String portName, boolean http2) {
  @Override
  public String toString() {
    return namespace + "/" + service + (portName.isEmpty() ? "" : ":" + portName);
  }
}
