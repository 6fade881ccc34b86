package dev.wherry.network.sockets;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A server's open channels, on sockets that are held or on new ones. Only epoll can take over a
 * socket. Used by the thread that opens and closes the server.
 */
public final class Listeners implements AutoCloseable {
  private static final int CLOSE_SECONDS = 2;

  private record Open(WantedSocket wanted, Channel channel) {}

  private final ListeningSockets sockets;
  private final Deque<Open> open = new ArrayDeque<>();

  public Listeners(ListeningSockets sockets) {
    this.sockets = sockets;
  }

  /**
   * Opens a channel of connections.
   *
   * @param bootstrap without a kind of channel
   * @throws IOException when the address or port is not to be had
   */
  public Channel streams(ServerBootstrap bootstrap, WantedSocket wanted)
      throws IOException, InterruptedException {
    bootstrap
        .option(ChannelOption.SO_BACKLOG, wanted.backlog())
        .option(ChannelOption.SO_REUSEADDR, true);
    OptionalInt held = take(wanted);
    if (held.isPresent()) {
      int descriptor = held.getAsInt();
      return adopted(
          bootstrap.channelFactory(() -> new EpollServerSocketChannel(descriptor)), wanted);
    }
    return bound(
        bootstrap.channel(
            Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class),
        wanted);
  }

  /** Opens a channel of datagrams likewise. */
  public Channel datagrams(Bootstrap bootstrap, WantedSocket wanted)
      throws IOException, InterruptedException {
    OptionalInt held = take(wanted);
    if (held.isPresent()) {
      int descriptor = held.getAsInt();
      return adopted(bootstrap.channelFactory(() -> new EpollDatagramChannel(descriptor)), wanted);
    }
    if (!Epoll.isAvailable()) {
      return bound(bootstrap.channel(NioDatagramChannel.class), wanted);
    }
    return bound(
        bootstrap
            .channel(EpollDatagramChannel.class)
            .option(UnixChannelOption.SO_REUSEPORT, wanted.shared()),
        wanted);
  }

  private OptionalInt take(WantedSocket wanted) throws IOException {
    return Epoll.isAvailable() ? sockets.take(wanted) : OptionalInt.empty();
  }

  /** Reading begins when the pipeline is whole: what comes first may have waited for a while. */
  private Channel adopted(AbstractBootstrap<?, ?> bootstrap, WantedSocket wanted)
      throws IOException, InterruptedException {
    bootstrap.option(ChannelOption.AUTO_READ, false);
    Channel channel = opened(bootstrap.register(), wanted);
    channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
    return channel;
  }

  private Channel bound(AbstractBootstrap<?, ?> bootstrap, WantedSocket wanted)
      throws IOException, InterruptedException {
    return opened(bootstrap.bind(wanted.address()), wanted);
  }

  private Channel opened(ChannelFuture opening, WantedSocket wanted)
      throws IOException, InterruptedException {
    opening.await();
    if (!opening.isSuccess()) {
      sockets.drop(wanted);
      throw new IOException(
          wanted.refused(String.valueOf(opening.cause().getMessage())), opening.cause());
    }
    open.push(new Open(wanted, opening.channel()));
    return opening.channel();
  }

  /** Gives the sockets up: who asks from now on is refused. */
  public void end() {
    open.forEach(each -> sockets.drop(each.wanted()));
    close();
  }

  /** Closes the channels; sockets that are held wait for the next program. */
  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().channel().close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
