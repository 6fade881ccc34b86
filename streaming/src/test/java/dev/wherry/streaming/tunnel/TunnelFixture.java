package dev.wherry.streaming.tunnel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** A TLS server that adopts tunnels, and an agent that opens one to it. */
final class TunnelFixture implements AutoCloseable {
  static final String NODE = "node-1";
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final TunnelRegistry registry = new TunnelRegistry();
  private final Semaphore adopted = new Semaphore(0);
  private final List<Channel> connections = new CopyOnWriteArrayList<>();
  private final KeyStore keys;
  private final Channel server;
  private final AgentTunnel agent;

  TunnelFixture(InetSocketAddress kubelet) throws Exception {
    keys = newKeys();
    KeyManagerFactory km = KeyManagerFactory.getInstance("PKIX");
    km.init(keys, PASSWORD);
    SslContext serverTls = SslContextBuilder.forServer(km).build();
    server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(new Accept(serverTls))
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    TrustManagerFactory tm = TrustManagerFactory.getInstance("PKIX");
    tm.init(keys);
    SslContext clientTls = SslContextBuilder.forClient().trustManager(tm).build();
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    agent =
        new AgentTunnel(
            new AgentTunnel.Config(
                URI.create("https://localhost:" + port),
                () -> clientTls,
                TargetPolicy.kubeletAndAddresses(kubelet)),
            loops,
            NioSocketChannel.class,
            new Random(1));
  }

  TunnelRegistry registry() {
    return registry;
  }

  void connectAgent() throws InterruptedException {
    agent.start();
    awaitTunnels(1);
  }

  /** Waits until the given number of tunnels has been adopted since the last call. */
  void awaitTunnels(int atLeast) throws InterruptedException {
    int more = Math.max(1, atLeast - 1);
    if (!adopted.tryAcquire(more, 120, TimeUnit.SECONDS)) {
      throw new AssertionError("no tunnel within 120 s");
    }
  }

  void cutConnections() {
    connections.forEach(Channel::close);
  }

  @Override
  public void close() throws InterruptedException {
    agent.close();
    registry.close();
    server.close().sync();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }

  private static KeyStore newKeys() throws Exception {
    Path dir = Files.createTempDirectory("tunnel-test");
    Path store = dir.resolve("keys.p12");
    int exit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "server",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException("keytool ended with " + exit);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    keys.setCertificateEntry("ca", keys.getCertificate("server"));
    Files.delete(store);
    Files.delete(dir);
    return keys;
  }

  private final class Accept extends ChannelInitializer<SocketChannel> {
    private final SslContext tls;

    Accept(SslContext tls) {
      this.tls = tls;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      connections.add(channel);
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
      channel.pipeline().addLast("http", new HttpServerCodec());
      channel.pipeline().addLast(new Upgrade());
    }
  }

  private final class Upgrade extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      boolean last = message instanceof LastHttpContent;
      ReferenceCountUtil.release(message);
      if (last) {
        DefaultFullHttpResponse response =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers().set("Connection", "Upgrade").set("Upgrade", TunnelProtocol.UPGRADE);
        ctx.writeAndFlush(response);
        ctx.pipeline().remove("http");
        ctx.pipeline().remove(this);
        registry.adopt(ctx.channel(), NODE);
        adopted.release();
      }
    }
  }
}
