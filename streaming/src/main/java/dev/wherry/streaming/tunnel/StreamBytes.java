package dev.wherry.streaming.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;

/** Turns the DATA frames of an established CONNECT stream into plain bytes and back. */
public final class StreamBytes extends ChannelDuplexHandler {
  private static final Object FINISH = new Object();

  private boolean outputFinished;

  StreamBytes() {}

  /** Half-closes our direction of a channel that {@link NodeDialer} opened. */
  public static void finish(Channel channel) {
    channel.pipeline().fireUserEventTriggered(FINISH);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case Http2DataFrame data -> {
        boolean last = data.isEndStream();
        ByteBuf bytes = data.content();
        if (bytes.isReadable()) {
          ctx.fireChannelRead(bytes);
        } else {
          bytes.release();
        }
        if (last) {
          ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
      }
      default -> ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == FINISH) {
      finish(ctx);
    } else if (event instanceof Http2ResetFrame) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void finish(ChannelHandlerContext ctx) {
    if (!outputFinished) {
      outputFinished = true;
      ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      ctx.write(new DefaultHttp2DataFrame(bytes, false), promise);
    } else {
      ctx.write(message, promise);
    }
  }
}
