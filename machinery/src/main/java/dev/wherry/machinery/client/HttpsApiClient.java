package dev.wherry.machinery.client;

import dev.wherry.machinery.time.Timer;

/**
 * The API over HTTPS: HTTP/2 on one connection, TLS with a pinned authority, a client certificate
 * or a bearer token. Requests the server delays with Retry-After come back by themselves; a server
 * out of reach is an ApiException SERVICE_UNAVAILABLE, silence one of TIMEOUT.
 */
public final class HttpsApiClient extends HttpApiClient implements AutoCloseable {
  private final HttpExchange exchange;

  public HttpsApiClient(HttpsConfig config, Timer timer) {
    this(new HttpExchange(config, timer));
  }

  private HttpsApiClient(HttpExchange exchange) {
    super(exchange);
    this.exchange = exchange;
  }

  /** What it has asked so far, for a page of metrics. */
  public RequestFigures figures() {
    return exchange.figures();
  }

  /** Opens new connections from now on, as after a certificate was renewed; old ones run out. */
  public void reconnect() {
    exchange.reconnect();
  }

  /** The same at once: requests and watches under way end and come back on new connections. */
  public void abandonConnections() {
    exchange.abandon();
  }

  @Override
  public void close() {
    exchange.close();
  }
}
