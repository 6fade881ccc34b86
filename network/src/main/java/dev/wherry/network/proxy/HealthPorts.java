package dev.wherry.network.proxy;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.network.pages.Page;
import dev.wherry.network.pages.PageHandler;
import dev.wherry.network.pages.Pages;
import dev.wherry.network.sockets.Listeners;
import dev.wherry.network.sockets.ListeningSockets;
import dev.wherry.network.sockets.WantedSocket;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ports at which a node's Service proxy is asked how it is: for itself, and for each Service
 * with a healthCheckNodePort. A port that somebody has is tried again when the table is made anew.
 * Used by the proxy's thread; its own loop makes the pages.
 */
final class HealthPorts implements AutoCloseable {
  /** Kube-proxy's: health for balancers, figures for administrators on the loopback. */
  static final int HEALTH_PORT = 10_256;

  static final int STATUS_PORT = 10_249;

  private static final Logger LOG = System.getLogger(HealthPorts.class.getName());
  private static final String GROUP = "proxy";
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final int CLOSE_SECONDS = 1;

  /** A port that is open for a Service. */
  private static final class Open {
    private final int port;
    private final Listeners listeners;
    private volatile int localEndpoints;

    Open(int port, Listeners listeners) {
      this.port = port;
      this.listeners = listeners;
    }
  }

  private final ListeningSockets sockets;
  private final ProxyHealth health;
  private final Map<ObjectKey, Open> open = new HashMap<>();
  private final Map<ObjectKey, HealthCheck> missing = new HashMap<>();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1,
          new DefaultThreadFactory("proxy-health", true),
          Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final Listeners own;

  HealthPorts(ListeningSockets sockets, ProxyHealth health) {
    this.sockets = sockets;
    this.health = health;
    this.own = new Listeners(sockets);
  }

  ProxyHealth health() {
    return health;
  }

  /** Opens the proxy's own ports; one that is taken stays closed. */
  void open(int healthPort, int statusPort) throws InterruptedException {
    InetSocketAddress status = new InetSocketAddress(InetAddress.getLoopbackAddress(), statusPort);
    for (var each :
        Map.<InetSocketAddress, Pages>of(any(healthPort), health::page, status, health::status)
            .entrySet()) {
      try {
        listen(own, each.getKey(), each.getValue());
      } catch (IOException e) {
        LOG.log(Level.INFO, "proxy health not served why=\"{0}\"", e.getMessage());
      }
    }
  }

  private static InetSocketAddress any(int port) {
    return new InetSocketAddress(Socket.isIPv6Preferred() ? "::" : "0.0.0.0", port);
  }

  private void listen(Listeners listeners, InetSocketAddress at, Pages pages)
      throws IOException, InterruptedException {
    var _ =
        listeners.streams(
            PageHandler.bootstrap(group, pages),
            WantedSocket.streams(GROUP, at, PageHandler.BACKLOG_MAX));
  }

  /** Serves these and no others. */
  void replace(Map<ObjectKey, HealthCheck> wanted) throws InterruptedException {
    for (ObjectKey service : open.keySet().stream().filter(k -> !wanted.containsKey(k)).toList()) {
      put(service, Optional.empty());
    }
    missing.clear();
    for (var each : wanted.entrySet()) {
      put(each.getKey(), Optional.of(each.getValue()));
    }
    sockets.dropRest(GROUP);
  }

  /** Serves one Service's port, or ends it. */
  void put(ObjectKey service, Optional<HealthCheck> wanted) throws InterruptedException {
    Open known = open.get(service);
    if (known != null && wanted.map(HealthCheck::port).orElse(0) != known.port) {
      open.remove(service);
      known.listeners.end();
      known = null;
      retry();
    }
    missing.remove(service);
    if (wanted.isPresent()) {
      serve(service, known, wanted.get());
    }
  }

  /** What somebody gave up another may wait for. */
  private void retry() throws InterruptedException {
    for (var each : Map.copyOf(missing).entrySet()) {
      missing.remove(each.getKey());
      serve(each.getKey(), null, each.getValue());
    }
  }

  private void serve(ObjectKey service, @Nullable Open known, HealthCheck wanted)
      throws InterruptedException {
    Open now = known;
    if (now == null) {
      now = new Open(wanted.port(), new Listeners(sockets));
      now.localEndpoints = wanted.localEndpoints();
      Open shown = now;
      try {
        listen(now.listeners, any(wanted.port()), _ -> page(service, shown));
      } catch (IOException e) {
        LOG.log(
            Level.WARNING,
            "health of a service not served service={0} why=\"{1}\"",
            service,
            e.getMessage());
        missing.put(service, wanted);
        return;
      }
      open.put(service, now);
    }
    now.localEndpoints = wanted.localEndpoints();
  }

  private Page page(ObjectKey service, Open shown) {
    int count = shown.localEndpoints;
    boolean healthy = health.isHealthy();
    return Page.json(
            count > 0 && healthy ? OK : UNAVAILABLE,
            """
            {
            \t"service": {
            \t\t"namespace": "%s",
            \t\t"name": "%s"
            \t},
            \t"localEndpoints": %d,
            \t"serviceProxyHealthy": %b
            }\
            """
                .formatted(service.namespace(), service.name(), count, healthy))
        .with("X-Load-Balancing-Endpoint-Weight", String.valueOf(count));
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void close() {
    own.close();
    open.values().forEach(each -> each.listeners.close());
    open.clear();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
