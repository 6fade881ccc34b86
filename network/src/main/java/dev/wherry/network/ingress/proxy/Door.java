package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.PortRoutes;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * What handlers know of the port that a client came through.
 *
 * @param port as rules name it
 * @param tls whether clients speak TLS there
 * @param routes now; asked for every request
 * @param outside the port that clients use for one that rules name
 * @param draining whether it is being closed
 */
record Door(
    int port,
    boolean tls,
    Supplier<PortRoutes> routes,
    IntUnaryOperator outside,
    java.util.function.BooleanSupplier draining) {
  String scheme() {
    return tls ? "https" : "http";
  }
}
