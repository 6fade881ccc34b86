package dev.wherry.kubelet.server;

import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.streaming.listen.Listening;
import dev.wherry.streaming.upgrade.SpdyClient;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The HTTPS server of the kubelet: HTTP/1.1 over TLS, one event loop, requests on virtual threads.
 */
public final class KubeletServer implements AutoCloseable {
  static final String CODEC = "http";
  static final String BODY = "body";
  static final String REQUESTS = "requests";

  /** What leaves the pipeline when a connection is upgraded. */
  static final List<String> HTTP_HANDLERS = List.of(REQUESTS, BODY, CODEC);

  private static final int BODY_BYTES_MAX = 1024 * 1024;
  private static final int BACKLOG_MAX = 128;
  private static final int CLOSE_SECONDS = 2;

  private final EventLoopGroup loops;
  private final Channel channel;

  private KubeletServer(EventLoopGroup loops, Channel channel) {
    this.loops = loops;
    this.channel = channel;
  }

  /**
   * Binds the port and serves.
   *
   * @param identity the present serving certificate, asked for at every handshake
   * @param clientAuthorities who signs clients' certificates
   * @param ownFigures adds to the page of metrics what others have counted
   */
  public static KubeletServer start(
      KubeletConfig config,
      PodParts parts,
      PodWorkers workers,
      ApiClient api,
      Supplier<TlsIdentity> identity,
      Collection<X509Certificate> clientAuthorities,
      Consumer<MetricsText> ownFigures,
      InstantSource clock)
      throws InterruptedException {
    SslContext tls = KubeletTls.create(identity, clientAuthorities);
    Reviews reviews = (path, review) -> api.raw("POST", path, review);
    Tokens tokens = new Tokens(reviews, clock);
    Access access = new Access(reviews, config.nodeName(), clock);
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    SpdyClient runtimeStreams =
        new SpdyClient(loops, epoll ? EpollSocketChannel.class : NioSocketChannel.class);
    Routes routes =
        new Routes(
            parts,
            workers,
            new StreamRoutes(workers, parts.runtime(), runtimeStreams),
            () -> identity.get().notAfter(),
            ownFigures);
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loops)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG_MAX)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel child) {
                    child
                        .pipeline()
                        .addLast("tls", tls.newHandler(child.alloc()))
                        .addLast(
                            CODEC,
                            new HttpServerCodec(
                                new HttpDecoderConfig()
                                    .setMaxInitialLineLength(Listening.REQUEST_LINE_BYTES_MAX)))
                        .addLast(BODY, new HttpObjectAggregator(BODY_BYTES_MAX))
                        .addLast(REQUESTS, new RequestHandler(routes, tokens, access));
                  }
                });
    return new KubeletServer(
        loops, Listening.on(server, new InetSocketAddress(config.serverPort())));
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  // The loop ends what is still open; nobody waits for it.
  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void close() {
    channel.close();
    loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
