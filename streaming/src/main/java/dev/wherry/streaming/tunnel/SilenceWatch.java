package dev.wherry.streaming.tunnel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;

/** Pings a quiet tunnel and closes a dead one, so that an address change is noticed. */
final class SilenceWatch extends IdleStateHandler {
  SilenceWatch() {
    super(TunnelProtocol.DEAD_AFTER_SILENCE_SECONDS, TunnelProtocol.PING_AFTER_IDLE_SECONDS, 0);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent event) {
    if (event.state() == IdleState.READER_IDLE) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /** Sits behind the HTTP/2 codec, where a ping can be written as a frame. */
  static final class Pinger extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent) {
        ctx.writeAndFlush(new DefaultHttp2PingFrame(0x57_48_52_59L, false));
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }
  }
}
