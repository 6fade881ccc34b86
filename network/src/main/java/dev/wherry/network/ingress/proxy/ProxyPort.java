package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.PortRoutes;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SniHandler;
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
  private static final int BACKLOG_MAX = 1_024;
  private static final int WRITE_BUFFER_LOW_BYTES = 32 << 10;
  private static final int WRITE_BUFFER_HIGH_BYTES = 64 << 10;
  private static final int CLIENT_HELLO_BYTES_MAX = 16 << 10;

  private final ProxyServer.Setup setup;
  private final Map<EventLoop, ProxyLoop> loops;
  private final Door door;
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Channel listener;
  private volatile PortRoutes routes;
  private volatile boolean draining;

  private ProxyPort(
      ProxyServer.Setup setup,
      EventLoopGroup group,
      Map<EventLoop, ProxyLoop> loops,
      int number,
      PortRoutes routes,
      IntUnaryOperator outside)
      throws IOException, InterruptedException {
    this.setup = setup;
    this.loops = loops;
    this.routes = routes;
    this.door = new Door(number, routes.tls(), () -> this.routes, outside, () -> this.draining);
    int wanted = setup.ports().getOrDefault(number, number);
    var binding =
        new ServerBootstrap()
            .group(group)
            .channel(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG_MAX)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(WRITE_BUFFER_LOW_BYTES, WRITE_BUFFER_HIGH_BYTES))
            .childHandler(new Client())
            .bind(new InetSocketAddress(wanted))
            .await();
    if (!binding.isSuccess()) {
      throw new IOException(
          "cannot listen on port " + wanted + ": " + binding.cause().getMessage(), binding.cause());
    }
    this.listener = binding.channel();
  }

  /**
   * @throws IOException when the port is not to be had
   */
  static ProxyPort open(
      ProxyServer.Setup setup,
      EventLoopGroup group,
      Map<EventLoop, ProxyLoop> loops,
      int number,
      PortRoutes routes,
      IntUnaryOperator outside)
      throws IOException, InterruptedException {
    return new ProxyPort(setup, group, loops, number, routes, outside);
  }

  boolean tls() {
    return door.tls();
  }

  /** The port that was bound. */
  int number() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  void routes(PortRoutes now) {
    routes = now;
  }

  /** Takes no more clients, lets those there end what runs, then hangs up. */
  void close() throws InterruptedException {
    draining = true;
    listener.close().await();
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
      clients.add(channel);
      ProxyLoop loop = Objects.requireNonNull(loops.get(channel.eventLoop()));
      if (door.tls()) {
        channel
            .pipeline()
            .addLast(
                new SniHandler(
                    host -> setup.certificates().forHost(routes, host == null ? "" : host),
                    CLIENT_HELLO_BYTES_MAX,
                    setup.limits().headMillis()));
      }
      channel.pipeline().addLast(new ProtocolChoice(loop, door));
    }
  }
}
