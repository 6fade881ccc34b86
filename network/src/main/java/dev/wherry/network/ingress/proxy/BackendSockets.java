package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.tls.BackendContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** Opens a loop's connections to endpoints. */
final class BackendSockets {
  private static final int ANSWER_HEAD_BYTES_MAX = 64 << 10;
  private static final int CHUNK_BYTES_MAX = 16 << 10;
  private static final int HTTP2_WINDOW_BYTES = 256 << 10;

  private static final HangUp HANG_UP = new HangUp();

  private final BackendContexts contexts = new BackendContexts();
  private final EventLoop loop;
  private final ByteBufAllocator buffers;
  private final ProxyLimits limits;

  /**
   * @param buffers memory for what is read and written
   */
  BackendSockets(EventLoop loop, ByteBufAllocator buffers, ProxyLimits limits) {
    this.loop = loop;
    this.buffers = buffers;
    this.limits = limits;
  }

  /** Opens a connection for requests and tells the pool how it went. */
  void connect(BackendPool pool, BackendKey key, InetSocketAddress address) {
    open(key, address, channel -> init(key, channel))
        .addListener(done -> {
          if (done.isSuccess()) {
            Channel channel = (Channel) done.getNow();
            if (!key.http2()) {
              channel.pipeline().addLast(new BackendLink(pool, channel, false));
            }
            pool.connected(channel);
          } else {
            pool.failed(String.valueOf(done.cause().getMessage()), System.nanoTime());
          }
        });
  }

  /** Opens a connection that nothing is known of but bytes. */
  Future<Channel> dial(BackendKey key, InetSocketAddress address) {
    return open(key, address, _ -> {});
  }

  /** Done when TLS stands too, where it is spoken. */
  private Future<Channel> open(BackendKey key, InetSocketAddress address, Consumer<Channel> init) {
    Promise<Channel> opened = loop.newPromise();
    new Bootstrap()
        .group(loop)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.ALLOCATOR, buffers)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limits.connectMillis())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                if (!key.tls().isNone()) {
                  SslHandler tls = contexts.handler(key.tls(), key.http2(), channel.alloc());
                  tls.setHandshakeTimeoutMillis(limits.connectMillis());
                  channel.pipeline().addLast(tls);
                }
                init.accept(channel);
                channel.pipeline().addLast(HANG_UP);
              }
            })
        .connect(address)
        .addListener((ChannelFuture done) -> {
          Channel channel = done.channel();
          SslHandler tls = done.isSuccess() ? channel.pipeline().get(SslHandler.class) : null;
          if (tls == null) {
            tell(done, channel, opened);
          } else {
            tls.handshakeFuture().addListener(shaken -> tell(shaken, channel, opened));
          }
        });
    return opened;
  }

  private static void tell(Future<?> done, Channel channel, Promise<Channel> opened) {
    if (done.isSuccess()) {
      opened.setSuccess(channel);
    } else {
      opened.setFailure(done.cause());
    }
  }

  /** What goes wrong ends the connection. */
  @ChannelHandler.Sharable
  private static final class HangUp extends ChannelInboundHandlerAdapter {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  private static void init(BackendKey key, Channel channel) {
    if (key.http2()) {
      initHttp2(channel);
    } else {
      channel
          .pipeline()
          .addLast(
              "http",
              new HttpClientCodec(
                  new HttpDecoderConfig()
                      .setMaxHeaderSize(ANSWER_HEAD_BYTES_MAX)
                      .setMaxChunkSize(CHUNK_BYTES_MAX),
                  false,
                  false));
    }
  }

  private static void initHttp2(Channel channel) {
    channel
        .pipeline()
        .addLast(
            Http2FrameCodecBuilder.forClient()
                .initialSettings(
                    Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(HTTP2_WINDOW_BYTES)
                        .maxHeaderListSize(ANSWER_HEAD_BYTES_MAX))
                .build())
        .addLast(
            new Http2MultiplexHandler(
                new ChannelInitializer<>() {
                  @Override
                  @SuppressWarnings("FutureReturnValueIgnored")
                  protected void initChannel(Channel pushed) {
                    pushed.close();
                  }
                }));
  }

  /** A stream on an HTTP/2 connection, its {@link BackendLink} in place. */
  Future<Http2StreamChannel> openStream(BackendPool pool, Channel parent) {
    return new Http2StreamChannelBootstrap(parent)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel stream) {
                stream
                    .pipeline()
                    .addLast(new Http2StreamFrameToHttpObjectCodec(false))
                    .addLast(new BackendLink(pool, stream, true));
              }
            })
        .open();
  }
}
