package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.PortRoutes;
import dev.wherry.network.ingress.route.PortTable;
import dev.wherry.network.sockets.Listeners;
import dev.wherry.network.sockets.WantedSocket;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/** One open port: its socket, its clients, its rules of the moment. */
final class ProxyPort {
  /** By which the sockets of these ports are known to their holder. */
  static final String GROUP = "ingress";

  private static final int BACKLOG_MAX = 1_024;
  private static final int WRITE_BUFFER_LOW_BYTES = 32 << 10;
  private static final int WRITE_BUFFER_HIGH_BYTES = 64 << 10;

  private final ProxyServer.Setup setup;
  private final Map<EventLoop, ProxyLoop> loops;
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Listeners listeners;
  private final int number;
  private final IntUnaryOperator outside;
  private final int named;
  private volatile PortTable table;
  private volatile boolean draining;

  private ProxyPort(
      ProxyServer.Setup setup,
      EventLoopGroup group,
      Map<EventLoop, ProxyLoop> loops,
      int number,
      PortTable table,
      IntUnaryOperator outside)
      throws IOException, InterruptedException {
    this.setup = setup;
    this.loops = loops;
    this.table = table;
    this.outside = outside;
    this.named = number;
    this.listeners = new Listeners(setup.sockets());
    Channel listener = listeners.streams(bootstrap(group), wanted(setup, number));
    this.number = ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Both families where the kernel has them. */
  private static WantedSocket wanted(ProxyServer.Setup setup, int number) {
    int port = setup.ports().getOrDefault(number, number);
    String any = Socket.isIPv6Preferred() ? "::" : "0.0.0.0";
    return WantedSocket.streams(GROUP, new InetSocketAddress(any, port), BACKLOG_MAX);
  }

  private ServerBootstrap bootstrap(EventLoopGroup group) {
    return new ServerBootstrap()
        .group(group)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(WRITE_BUFFER_LOW_BYTES, WRITE_BUFFER_HIGH_BYTES))
        .childHandler(new Client());
  }

  /**
   * @throws IOException when the port is not to be had
   */
  static ProxyPort open(
      ProxyServer.Setup setup,
      EventLoopGroup group,
      Map<EventLoop, ProxyLoop> loops,
      int number,
      PortTable table,
      IntUnaryOperator outside)
      throws IOException, InterruptedException {
    return new ProxyPort(setup, group, loops, number, table, outside);
  }

  /** Whether it can go on by another table without any client noticing. */
  boolean speaksAs(PortTable other) {
    return table.speaksAs(other);
  }

  /** The port that was bound. */
  int number() {
    return number;
  }

  void table(PortTable now) {
    table = now;
  }

  /** What handlers of a client know: the rules are those of the address that it connected to. */
  private Door door(Channel channel) {
    PortTable now = table;
    if (now.own().isEmpty() || !(channel.localAddress() instanceof InetSocketAddress local)) {
      return new Door(named, now.shared().tls(), () -> table.shared(), outside, () -> draining);
    }
    String address = local.getAddress().getHostAddress();
    return new Door(named, now.at(address).tls(), () -> table.at(address), outside, () -> draining);
  }

  /** Takes no more clients, lets those there end what runs, then hangs up. */
  void close() throws InterruptedException {
    draining = true;
    listeners.close();
    drain();
  }

  /** The same, and clients that come later are refused. */
  void end() throws InterruptedException {
    draining = true;
    listeners.end();
    drain();
  }

  private void drain() throws InterruptedException {
    if (!clients.isEmpty()) {
      clients.newCloseFuture().await(setup.limits().drainMillis(), TimeUnit.MILLISECONDS);
      clients.close().await();
    }
  }

  private final class Client extends ChannelInitializer<Channel> {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    protected void initChannel(Channel channel) {
      AtomicInteger count = setup.figures().connections();
      if (count.incrementAndGet() > setup.limits().connectionsMax()) {
        count.decrementAndGet();
        setup.figures().turnedAway();
        channel.close();
        return;
      }
      channel.closeFuture().addListener(_ -> count.decrementAndGet());
      Door door = door(channel);
      PortRoutes routes = door.routes().get();
      if (routes.isEmpty()) {
        channel.close();
        return;
      }
      clients.add(channel);
      ProxyLoop loop = Objects.requireNonNull(loops.get(channel.eventLoop()));
      loop.lendBuffers(channel);
      switch (routes.speech()) {
        case HTTP -> channel.pipeline().addLast(new ProtocolChoice(loop, door));
        case TLS ->
            channel
                .pipeline()
                .addLast(new SniChoice(loop, door, setup.certificates()))
                .addLast(new ProtocolChoice(loop, door));
        case CONNECTIONS ->
            routes
                .connection()
                .ifPresentOrElse(
                    route -> channel.pipeline().addLast(new StreamFront(loop, route)),
                    channel::close);
      }
    }
  }
}
