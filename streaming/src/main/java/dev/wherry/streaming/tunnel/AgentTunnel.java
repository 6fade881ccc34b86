package dev.wherry.streaming.tunnel;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The agent's end: keeps one tunnel to the API server open and opens it anew, with back-off, when
 * it breaks, as it does when the host's address changes.
 */
public final class AgentTunnel implements AutoCloseable {
  /** Every this many milliseconds doubled from the first failure on, a new attempt. */
  static final int BACK_OFF_FIRST_MILLIS = 200;

  static final int BACK_OFF_MAX_MILLIS = 5_000;
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
  private static final System.Logger LOG = System.getLogger(AgentTunnel.class.getName());

  /**
   * What a tunnel needs.
   *
   * @param server the API server's {@code https} URL
   * @param tls asked anew for every attempt, so that a rotated certificate is used
   * @param policy which targets may be dialled
   * @param packets takes streams to the pods' relay, on the event loop and not read yet
   * @param lost told, on the event loop, whenever a tunnel that stood has ended
   */
  public record Config(
      URI server,
      Supplier<SslContext> tls,
      TargetPolicy policy,
      Consumer<Channel> packets,
      Runnable lost) {
    /** Nothing is relayed, and nobody is told of losses. */
    public Config(URI server, Supplier<SslContext> tls, TargetPolicy policy) {
      this(server, tls, policy, Channel::close, () -> {});
    }

    public Config {
      requireNonNull(tls, "tls");
      requireNonNull(policy, "policy");
      if (!"https".equals(server.getScheme()) || server.getHost() == null) {
        throw new IllegalArgumentException("a server is https://HOST[:PORT], not " + server);
      }
    }

    int port() {
      return server.getPort() < 0 ? 443 : server.getPort();
    }
  }

  private final Config config;
  private final EventLoopGroup loops;
  private final Class<? extends SocketChannel> channelType;
  private final RandomGenerator random;
  private final AtomicReference<@Nullable Channel> current = new AtomicReference<>();
  private volatile boolean closed;
  private int failures;

  public AgentTunnel(
      Config config,
      EventLoopGroup loops,
      Class<? extends SocketChannel> channelType,
      RandomGenerator random) {
    this.config = config;
    this.loops = loops;
    this.channelType = channelType;
    this.random = random;
  }

  /** Begins to connect; returns at once. */
  public void start() {
    connect();
  }

  /** Whether the API server can dial this agent now. */
  public boolean connected() {
    Channel channel = current.get();
    return channel != null && channel.isActive();
  }

  /** Ends the tunnel that stands, as when the host's address has changed; a new one follows. */
  public void reconnect() {
    Channel channel = current.get();
    if (channel != null) {
      channel.close();
    }
  }

  private void connect() {
    if (closed) {
      return;
    }
    new Bootstrap()
        .group(loops)
        .channel(channelType)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(new Handshake())
        .connect(InetSocketAddress.createUnresolved(config.server().getHost(), config.port()))
        .addListener((io.netty.channel.ChannelFuture done) -> {
          if (done.isSuccess()) {
            done.channel().closeFuture().addListener(end -> lost(done.channel()));
          } else {
            again(String.valueOf(done.cause().getMessage()));
          }
        });
  }

  private void established(Channel channel) {
    failures = 0;
    current.set(channel);
    if (closed) {
      channel.close();
    }
    LOG.log(System.Logger.Level.INFO, "tunnel=open server={0}", config.server());
  }

  private void lost(Channel channel) {
    if (current.compareAndSet(channel, null)) {
      config.lost().run();
    }
    again("the connection ended");
  }

  private void again(String why) {
    if (closed) {
      return;
    }
    int shift = Math.min(failures++, 10);
    long ceiling = Math.min((long) BACK_OFF_FIRST_MILLIS << shift, BACK_OFF_MAX_MILLIS);
    long delay = ceiling / 2 + random.nextLong(ceiling / 2 + 1);
    LOG.log(
        System.Logger.Level.INFO,
        "tunnel=closed server={0} why=\"{1}\" retryMillis={2}",
        config.server(),
        why,
        delay);
    loops.schedule(this::connect, delay, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    closed = true;
    Channel channel = current.get();
    if (channel != null) {
      channel.close();
    }
  }

  private final class Handshake extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      SslContext context = config.tls().get();
      SSLEngine engine =
          context.newEngine(channel.alloc(), config.server().getHost(), config.port());
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      engine.setSSLParameters(parameters);
      pipeline.addLast(new SslHandler(engine));
      HttpClientCodec http = new HttpClientCodec();
      pipeline.addLast(http);
      pipeline.addLast(
          new UpgradeRequest(
              config.server().getAuthority(),
              http,
              new AgentStreams(
                  config.policy(),
                  config.packets(),
                  new Bootstrap().group(loops).channel(channelType)),
              AgentTunnel.this::established));
    }
  }
}
