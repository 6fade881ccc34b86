package dev.wherry.network.ingress.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import org.jspecify.annotations.Nullable;

/** A client's HTTP/2 connection: its streams, and its end when nothing runs on it. */
final class Http2Front extends ChannelInboundHandlerAdapter implements ProxyLoop.Swept {
  private static final int WINDOW_BYTES = 64 << 10;

  /** Cancelled requests of one connection in {@link #RESETS_SECONDS}: more is a flood. */
  private static final int RESETS_MAX = 400;

  private static final int RESETS_SECONDS = 10;

  private final ProxyLoop loop;
  private final Door door;
  private @Nullable ChannelHandlerContext context;
  private long idleSince = System.nanoTime();
  private boolean saidGoodbye;

  private Http2Front(ProxyLoop loop, Door door) {
    this.loop = loop;
    this.door = door;
  }

  static void install(ChannelPipeline pipeline, ProxyLoop loop, Door door) {
    pipeline
        .addLast(
            Http2FrameCodecBuilder.forServer()
                .initialSettings(
                    Http2Settings.defaultSettings()
                        .maxConcurrentStreams(loop.limits().streamsMax())
                        .initialWindowSize(WINDOW_BYTES)
                        .maxHeaderListSize(loop.limits().headBytesMax()))
                .decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .build())
        .addLast(new Http2MultiplexHandler(new Streams(loop, door)))
        .addLast(new Http2Front(loop, door));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    loop.watch(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    loop.forget(this);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void sweep(long now) {
    ChannelHandlerContext ctx = context;
    Http2FrameCodec codec = ctx == null ? null : ctx.pipeline().get(Http2FrameCodec.class);
    if (ctx == null || codec == null) {
      return;
    }
    boolean busy = codec.connection().numActiveStreams() > 0;
    if (busy) {
      idleSince = now;
    }
    boolean draining = door.draining().getAsBoolean();
    if (draining && !saidGoodbye) {
      saidGoodbye = true;
      ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
    } else if (!busy
        && (draining || FrontHandler.passed(now, idleSince, loop.limits().idleMillis()))) {
      ctx.close();
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @ChannelHandler.Sharable
  private static final class Streams extends ChannelInitializer<Channel> {
    private final ProxyLoop loop;
    private final Door door;

    Streams(ProxyLoop loop, Door door) {
      this.loop = loop;
      this.door = door;
    }

    @Override
    protected void initChannel(Channel stream) {
      stream
          .pipeline()
          .addLast(new Http2StreamFrameToHttpObjectCodec(true))
          .addLast(new FrontHandler(loop, door, true));
    }
  }
}
