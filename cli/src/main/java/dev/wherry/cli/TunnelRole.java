package dev.wherry.cli;

import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.streaming.tunnel.AgentTunnel;
import dev.wherry.streaming.tunnel.TargetPolicy;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;

/** A node's tunnel with an event loop of its own. */
record TunnelRole(AgentTunnel tunnel, EventLoopGroup loop) implements AutoCloseable {
  private static final int STOP_SECONDS = 2;

  static TunnelRole start(
      URI server,
      Supplier<TlsIdentity> identity,
      X509Certificate authority,
      int kubeletPort,
      Consumer<Channel> packets,
      Runnable lost,
      RandomGenerator random) {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    InetSocketAddress kubelet =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), kubeletPort);
    AgentTunnel tunnel =
        new AgentTunnel(
            new AgentTunnel.Config(
                server,
                () -> tls(identity, authority),
                TargetPolicy.kubeletAndAddresses(kubelet),
                packets,
                lost),
            loop,
            NioSocketChannel.class,
            random);
    tunnel.start();
    return new TunnelRole(tunnel, loop);
  }

  private static SslContext tls(Supplier<TlsIdentity> identity, X509Certificate authority) {
    try {
      return SslContextBuilder.forClient()
          .keyManager(TlsContexts.keyManager(identity))
          .trustManager(TlsContexts.trustManager(List.of(authority)))
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }

  @Override
  public void close() {
    tunnel.close();
    loop.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
