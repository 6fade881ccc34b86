package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Endpoints;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.PathMatch;
import dev.wherry.network.ingress.route.Rank;
import dev.wherry.network.ingress.route.RequestMatch;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.route.Target;
import dev.wherry.network.ingress.tls.Certificates;
import dev.wherry.network.sockets.ListeningSockets;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A proxy on free ports of this machine. */
final class TestProxy implements AutoCloseable {
  static final int PLAIN = 80;
  static final int TLS = 443;

  private final Endpoints endpoints = new Endpoints();
  private final Certificates certificates =
      Certificates.selfSigned(Clock.systemUTC(), new SecureRandom());
  private final ProxyFigures figures = new ProxyFigures();
  private final ProxyServer server;

  private TestProxy(ProxyLimits limits) {
    server =
        ProxyServer.start(
            new ProxyServer.Setup(
                endpoints,
                certificates,
                limits,
                figures,
                AccessLog.NONE,
                Map.of(PLAIN, 0, TLS, 0),
                ListeningSockets.OWN,
                2,
                42));
  }

  static TestProxy start() {
    return new TestProxy(ProxyLimits.defaults());
  }

  static TestProxy start(ProxyLimits limits) {
    return new TestProxy(limits);
  }

  /** Everything goes to these. */
  static TestProxy to(InetSocketAddress... addresses) throws InterruptedException {
    TestProxy proxy = start();
    proxy.serve(Filters.NONE, proxy.backend("all", false, addresses));
    return proxy;
  }

  BackendKey backend(String name, boolean http2, InetSocketAddress... addresses) {
    return backend(new BackendKey("ns", name, "", http2), addresses);
  }

  BackendKey backend(BackendKey key, InetSocketAddress... addresses) {
    endpoints.put(key, List.of(addresses));
    return key;
  }

  /** At both ports, for every host and path. */
  void serve(Filters filters, BackendKey key) throws InterruptedException {
    serve(filters, forward(key));
  }

  void serve(Filters filters, Action action) throws InterruptedException {
    Route route = route(PathMatch.Prefix.ALL, filters, action);
    RouteTable table =
        new RouteTable.Builder()
            .listen(PLAIN, false, HostPattern.ANY)
            .listen(TLS, true, HostPattern.ANY)
            .certificate(TLS, HostPattern.ofIngress("a.test"), "ns/a")
            .add(PLAIN, HostPattern.ANY, route)
            .add(TLS, HostPattern.ANY, route)
            .build();
    apply(table);
  }

  void apply(RouteTable table) throws InterruptedException {
    if (!server.apply(table).isEmpty()) {
      throw new AssertionError("ports not open");
    }
  }

  static Route route(PathMatch path, Filters filters, Action action) {
    return new Route(
        HostPattern.ANY,
        RequestMatch.of(path),
        new Rank(false, Instant.EPOCH, "ns", "r", 0, 0),
        filters,
        action,
        "test");
  }

  static Action forward(BackendKey key) {
    return Action.Forward.to(
        List.of(new Action.Share(new Target.Backend(key), 1, HeaderEdits.NONE, HeaderEdits.NONE)));
  }

  Certificates certificates() {
    return certificates;
  }

  Endpoints endpoints() {
    return endpoints;
  }

  ProxyFigures figures() {
    return figures;
  }

  ProxyServer server() {
    return server;
  }

  int port() {
    return server.port(PLAIN).orElseThrow();
  }

  int tlsPort() {
    return server.port(TLS).orElseThrow();
  }

  @Override
  public void close() {
    server.close();
  }
}
