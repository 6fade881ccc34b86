package dev.wherry.network.ingress.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
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
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;

/** Opens a loop's connections to endpoints. */
final class BackendSockets {
  private static final int ANSWER_HEAD_BYTES_MAX = 64 << 10;
  private static final int CHUNK_BYTES_MAX = 16 << 10;
  private static final int HTTP2_WINDOW_BYTES = 256 << 10;

  private final EventLoop loop;
  private final ProxyLimits limits;

  BackendSockets(EventLoop loop, ProxyLimits limits) {
    this.loop = loop;
    this.limits = limits;
  }

  /** Tells the pool how it went. */
  void connect(BackendPool pool, InetSocketAddress address, boolean http2) {
    new Bootstrap()
        .group(loop)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limits.connectMillis())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                if (http2) {
                  initHttp2(channel);
                } else {
                  initHttp1(pool, channel);
                }
              }
            })
        .connect(address)
        .addListener((io.netty.channel.ChannelFuture done) -> {
          if (done.isSuccess()) {
            pool.connected(done.channel());
          } else {
            pool.failed(String.valueOf(done.cause().getMessage()), System.nanoTime());
          }
        });
  }

  private static void initHttp1(BackendPool pool, Channel channel) {
    channel
        .pipeline()
        .addLast(
            "http",
            new HttpClientCodec(
                new HttpDecoderConfig()
                    .setMaxHeaderSize(ANSWER_HEAD_BYTES_MAX)
                    .setMaxChunkSize(CHUNK_BYTES_MAX),
                false,
                false))
        .addLast(new BackendLink(pool, channel, false));
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
