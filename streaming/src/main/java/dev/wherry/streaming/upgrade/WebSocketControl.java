package dev.wherry.streaming.upgrade;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers pings and closes. While reading stands still nobody sees the client's pings, and kubectl
 * gives up after a minute without a pong: then pongs go out unasked (RFC 6455, section 5.5.3).
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class WebSocketControl extends ChannelInboundHandlerAdapter {
  private static final long UNASKED_PONG_SECONDS = 15;

  private @Nullable ScheduledFuture<?> pongs;

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ReadGate gate = ReadGate.of(context.channel());
    pongs =
        context
            .executor()
            .scheduleAtFixedRate(
                () -> {
                  if (gate.isShut() && context.channel().isWritable()) {
                    context.writeAndFlush(new PongWebSocketFrame(Unpooled.EMPTY_BUFFER));
                  }
                },
                UNASKED_PONG_SECONDS,
                UNASKED_PONG_SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    switch (message) {
      case PingWebSocketFrame ping ->
          context.writeAndFlush(new PongWebSocketFrame(ping.content()), context.voidPromise());
      case PongWebSocketFrame pong -> ReferenceCountUtil.release(pong);
      case CloseWebSocketFrame close -> {
        // The answer repeats the client's code; a second close of ours does no harm.
        context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
      }
      default -> context.fireChannelRead(message);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ScheduledFuture<?> running = pongs;
    if (running != null) {
      running.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    handlerRemoved(context);
    context.fireChannelInactive();
  }
}
