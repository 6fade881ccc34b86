package dev.wherry.network.sockets;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ListenersTest {
  @Test
  void port_thatSomebodyHas_isRefusedWithTheMend() throws Exception {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Listeners listeners = new Listeners(ListeningSockets.OWN)) {
      int port = other.getLocalPort();
      WantedSocket wanted =
          WantedSocket.streams(
              "test", new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      ServerBootstrap bootstrap =
          new ServerBootstrap()
              .group(loops)
              .childHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                  });
      String said =
          assertThrows(IOException.class, () -> listeners.streams(bootstrap, wanted)).getMessage();
      assertTrue(said.startsWith("cannot listen on 127.0.0.1 port " + port + ": "), said);
      assertTrue(said.contains("'ss -tlnp sport = :" + port + "'"), said);
    } finally {
      loops.shutdownGracefully();
    }
  }
}
