package dev.wherry.streaming.listen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ListeningTest {
  @Test
  void on_portInUse_isRefusedWithPortAndMendAndEndsTheLoops() throws Exception {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(new ChannelInboundHandlerAdapter());
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (ServerSocket other = new ServerSocket(0, 1, loopback)) {
      InetSocketAddress taken = new InetSocketAddress(loopback, other.getLocalPort());

      UncheckedIOException refused =
          assertThrows(UncheckedIOException.class, () -> Listening.on(server, taken));

      assertEquals(
          "127.0.0.1 port "
              + other.getLocalPort()
              + " is in use: end what listens there (ss -ltnp names it), or choose another port",
          refused.getCause().getMessage());
    }
    assertTrue(loops.awaitTermination(30, TimeUnit.SECONDS));
  }
}
