package dev.wherry.bench.network;

import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.network.ingress.proxy.AccessLog;
import dev.wherry.network.ingress.proxy.ProxyFigures;
import dev.wherry.network.ingress.proxy.ProxyLimits;
import dev.wherry.network.ingress.proxy.ProxyServer;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Endpoints;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.Rank;
import dev.wherry.network.ingress.route.RequestMatch;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.route.Target;
import dev.wherry.network.ingress.tls.Certificates;
import dev.wherry.network.sockets.ListeningSockets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The ingress as a server to be loaded from outside, one loop, until it is ended: {@code
 * IngressBench BACKEND-PORT PLAIN-PORT TLS-PORT CERTIFICATE KEY}. Everything goes to one backend on
 * this machine.
 */
public final class IngressBench {
  private static final int PLAIN = 80;
  private static final int TLS = 443;
  private static final String SECRET = "bench/certificate";

  private IngressBench() {}

  public static void main(String[] arguments) throws Exception {
    SecureRandom random = new SecureRandom();
    Certificates certificates = Certificates.selfSigned(Clock.systemUTC(), random);
    certificates.put(
        SECRET,
        TlsIdentity.parse(
            Files.readString(Path.of(arguments[3])), Files.readString(Path.of(arguments[4]))));
    Endpoints endpoints = new Endpoints();
    BackendKey key = new BackendKey("bench", "backend", "", false);
    endpoints.put(
        key,
        List.of(
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]))));
    ProxyServer server =
        ProxyServer.start(
            new ProxyServer.Setup(
                endpoints,
                certificates,
                ProxyLimits.defaults(),
                new ProxyFigures(),
                AccessLog.NONE,
                Map.of(PLAIN, Integer.parseInt(arguments[1]), TLS, Integer.parseInt(arguments[2])),
                ListeningSockets.OWN,
                1,
                random.nextLong()));
    Map<Integer, String> failures = server.apply(table(key));
    System.out.println(failures.isEmpty() ? "serves" : failures);
    new CountDownLatch(1).await();
  }

  private static RouteTable table(BackendKey key) {
    Action action =
        Action.Forward.to(
            List.of(
                new Action.Share(new Target.Backend(key), 1, HeaderEdits.NONE, HeaderEdits.NONE)));
    Route route =
        new Route(
            HostPattern.ANY,
            RequestMatch.ALL,
            new Rank(false, Instant.EPOCH, "bench", "all", 0, 0),
            Filters.NONE,
            action,
            "bench");
    return new RouteTable.Builder()
        .listen(PLAIN, false, HostPattern.ANY)
        .listen(TLS, true, HostPattern.ANY)
        .certificate(TLS, HostPattern.ANY, SECRET)
        .add(PLAIN, HostPattern.ANY, route)
        .add(TLS, HostPattern.ANY, route)
        .build();
  }
}
