package dev.wherry.streaming.tunnel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/** Sends the upgrade once TLS stands and turns the connection round on a 101. */
final class UpgradeRequest extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(UpgradeRequest.class.getName());

  private final String host;
  private final HttpClientCodec http;
  private final AgentStreams streams;
  private final Consumer<Channel> established;
  private boolean upgraded;

  UpgradeRequest(
      String host, HttpClientCodec http, AgentStreams streams, Consumer<Channel> established) {
    this.host = host;
    this.http = http;
    this.streams = streams;
    this.established = established;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        send(ctx);
      } else {
        LOG.log(
            System.Logger.Level.WARNING,
            "tunnel=refused why=\"{0}\"",
            handshake.cause().getMessage());
        ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void send(ChannelHandlerContext ctx) {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, TunnelProtocol.PATH, Unpooled.EMPTY_BUFFER);
    request
        .headers()
        .set(HttpHeaderNames.HOST, host)
        .set(HttpHeaderNames.CONNECTION, "Upgrade")
        .set(HttpHeaderNames.UPGRADE, TunnelProtocol.UPGRADE);
    ctx.writeAndFlush(request);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpResponse response) {
      if (response.status().code() == 101) {
        upgraded = true;
      } else {
        LOG.log(System.Logger.Level.WARNING, "tunnel=refused status={0}", response.status());
        ctx.close();
      }
    }
    boolean last = message instanceof LastHttpContent;
    ReferenceCountUtil.release(message);
    if (last && upgraded) {
      reverse(ctx);
    }
  }

  private void reverse(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    http.prepareUpgradeFrom(ctx);
    channel
        .pipeline()
        .addLast(new SilenceWatch())
        .addLast(
            Http2FrameCodecBuilder.forServer()
                .initialSettings(
                    Http2Settings.defaultSettings()
                        .maxConcurrentStreams(TunnelProtocol.STREAMS_MAX)
                        .initialWindowSize(TunnelProtocol.STREAM_WINDOW_BYTES))
                .gracefulShutdownTimeoutMillis(0)
                .decoderEnforceMaxRstFramesPerWindow(TunnelProtocol.RESETS_PER_SECOND_MAX, 1)
                .encoderEnforceMaxRstFramesPerWindow(TunnelProtocol.RESETS_PER_SECOND_MAX, 1)
                .build())
        .addLast(new ConnectionWindow())
        .addLast(new SilenceWatch.Pinger())
        .addLast(new Http2MultiplexHandler(streams))
        .addLast(new CloseOnError());
    // The codec hands on bytes that came behind the 101 when it is removed.
    channel.pipeline().remove(this);
    http.upgradeFrom(ctx);
    established.accept(channel);
  }
}
