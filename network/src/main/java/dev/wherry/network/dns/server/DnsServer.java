package dev.wherry.network.dns.server;

import dev.wherry.network.dns.forward.Forwarder;
import dev.wherry.network.dns.zone.ClusterZone;
import dev.wherry.network.pages.Page;
import dev.wherry.network.pages.PageHandler;
import dev.wherry.network.pages.Pages;
import dev.wherry.network.sockets.Listeners;
import dev.wherry.network.sockets.ListeningSockets;
import dev.wherry.network.sockets.WantedSocket;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The sockets: UDP and TCP for questions, HTTP for figures. */
public final class DnsServer implements AutoCloseable {
  /** Datagrams read in one call, and the room for each; queries are far smaller. */
  private static final int BATCH = 32;

  private static final int QUERY_BYTES_MAX = 2048;

  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;
  private static final int BACKLOG_MAX = 256;
  private static final int CLOSE_SECONDS = 2;
  private static final int OK = 200;

  /** By which the sockets of all DNS servers of this program are known to their holder. */
  private static final String GROUP = "dns";

  /** Pairs of a UDP and a TCP port that are tried where the kernel chooses. */
  private static final int PORT_TRIES_MAX = 16;

  /**
   * What a server is told.
   *
   * @param listen for questions; port 0 for any that is free by UDP and by TCP
   * @param metrics for figures; port 0 for any free one
   * @param loops at least 1; more only with epoll, where the kernel shares questions out
   * @param networks of clients beside the private ones, as CIDRs
   * @param sockets where its sockets come from
   */
  public record Setup(
      ClusterZone zone,
      InetSocketAddress listen,
      InetSocketAddress metrics,
      ListeningSockets sockets,
      int loops,
      List<String> networks,
      ServerLimits limits,
      DnsFigures figures,
      Forwarder.Setup forward) {
    public Setup {
      networks = List.copyOf(networks);
    }
  }

  private final Setup setup;
  private final Listeners listeners;
  private final EventLoopGroup group;
  private final boolean epoll;
  private final List<Forwarder> forwarders = new ArrayList<>();
  private final int port;
  private final int metricsPort;

  private DnsServer(Setup setup) throws IOException, InterruptedException {
    this.setup = setup;
    this.listeners = new Listeners(setup.sockets());
    this.epoll = Epoll.isAvailable();
    this.group =
        new MultiThreadIoEventLoopGroup(
            epoll ? Math.max(1, setup.loops()) : 1,
            new DefaultThreadFactory("dns", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    try {
      List<Worker> workers = workers();
      this.port = bindAll(workers);
      this.metricsPort = bindMetrics();
      setup.sockets().dropRest(GROUP);
    } catch (IOException | InterruptedException | RuntimeException e) {
      listeners.end();
      close();
      throw e;
    }
  }

  /**
   * Binds and serves.
   *
   * @throws IOException when an address or port is not to be had
   */
  public static DnsServer start(Setup setup) throws IOException, InterruptedException {
    return new DnsServer(setup);
  }

  /** A loop with what is its own. */
  private record Worker(EventLoop loop, Desk desk) {}

  private List<Worker> workers() throws InterruptedException {
    List<InetSocketAddress> hostServers = setup.forward().hostServers().get();
    InstantSource clock = setup.forward().clock();
    RandomGenerator random = setup.forward().random();
    ClientNetworks clients = ClientNetworks.with(setup.networks());
    List<Worker> workers = new ArrayList<>();
    int loops = epoll ? Math.max(1, setup.loops()) : 1;
    for (int i = 0; i < loops; i++) {
      EventLoop loop = group.next();
      Forwarder forwarder = new Forwarder(loop, epoll, setup.forward());
      loop.submit(() -> forwarder.start(hostServers)).sync();
      forwarders.add(forwarder);
      workers.add(
          new Worker(
              loop,
              new Desk(
                  setup.zone(),
                  forwarder,
                  setup.forward().guard(),
                  clients,
                  new ClientLimits(setup.limits(), clock),
                  setup.figures(),
                  random)));
    }
    return workers;
  }

  /** Binds the same port by UDP and TCP on every loop, and returns it. */
  private int bindAll(List<Worker> workers) throws IOException, InterruptedException {
    for (int i = 1; ; i++) {
      int chosen = port(openDatagrams(workers, 0, setup.listen()));
      InetSocketAddress address = new InetSocketAddress(setup.listen().getAddress(), chosen);
      try {
        listeners.streams(streams(workers), WantedSocket.streams(GROUP, address, BACKLOG_MAX));
        for (int other = 1; other < workers.size(); other++) {
          openDatagrams(workers, other, address);
        }
        return chosen;
      } catch (IOException e) {
        listeners.end();
        if (setup.listen().getPort() != 0 || i == PORT_TRIES_MAX) {
          throw e;
        }
      }
    }
  }

  private Channel openDatagrams(List<Worker> workers, int index, InetSocketAddress address)
      throws IOException, InterruptedException {
    return listeners.datagrams(
        datagrams(workers.get(index)),
        WantedSocket.datagrams(GROUP, address, workers.size() > 1, index));
  }

  private static int port(Channel channel) {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private Bootstrap datagrams(Worker worker) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(worker.loop())
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new DatagramHandler(worker.desk()));
                  }
                });
    if (!epoll) {
      return bootstrap.option(
          ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(QUERY_BYTES_MAX));
    }
    return bootstrap
        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, QUERY_BYTES_MAX)
        .option(
            ChannelOption.RECVBUF_ALLOCATOR,
            new FixedRecvByteBufAllocator(QUERY_BYTES_MAX * BATCH));
  }

  /** Connections go to the first loop: they are few. */
  private ServerBootstrap streams(List<Worker> workers) {
    Worker worker = workers.getFirst();
    return new ServerBootstrap()
        .group(worker.loop())
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel child) {
                StreamHandler.install(child, worker.desk(), setup.limits());
              }
            });
  }

  private int bindMetrics() throws IOException, InterruptedException {
    Metrics metrics =
        new Metrics(setup.figures(), setup.forward().figures(), forwarders, setup.zone());
    Pages pages =
        path ->
            switch (path) {
              case "/metrics" -> Page.figures(metrics.page());
              case "/health" -> Page.plain(OK, "OK\n");
              default -> Page.NOT_FOUND;
            };
    return port(
        listeners.streams(
            PageHandler.bootstrap(group, pages),
            WantedSocket.streams(GROUP, setup.metrics(), PageHandler.BACKLOG_MAX)));
  }

  /** The port for questions. */
  public int port() {
    return port;
  }

  /** The port for figures. */
  public int metricsPort() {
    return metricsPort;
  }

  // The loops end what is still open; nobody waits for it.
  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void close() {
    listeners.close();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
