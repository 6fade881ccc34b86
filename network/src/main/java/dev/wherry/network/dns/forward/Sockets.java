package dev.wherry.network.dns.forward;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Opens sockets to other servers. Each question has one of its own, whose port the kernel picks at
 * random and which takes datagrams from that server only: who forges an answer has to guess the
 * port, the id and the moment (RFC 5452).
 *
 * @param epoll whether the loop is one of epoll
 */
record Sockets(EventLoop loop, boolean epoll) {
  ChannelFuture datagrams(InetSocketAddress to, ChannelHandler handler) {
    return new Bootstrap()
        .group(loop)
        .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
        .handler(handler)
        .connect(to);
  }

  ChannelFuture stream(InetSocketAddress to, ChannelHandler handler, Duration connectMax) {
    return new Bootstrap()
        .group(loop)
        .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectMax.toMillis()))
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(handler)
        .connect(to);
  }
}
