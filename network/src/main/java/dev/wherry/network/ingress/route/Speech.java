package dev.wherry.network.ingress.route;

/** What clients speak at a port. */
public enum Speech {
  HTTP,
  /** TLS, and within it HTTP or what nobody here looks at. */
  TLS,
  /** Anything: connections are passed on as they come. */
  CONNECTIONS
}
