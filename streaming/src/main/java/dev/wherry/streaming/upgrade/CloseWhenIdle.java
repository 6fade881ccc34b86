package dev.wherry.streaming.upgrade;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;

/** Ends a connection on which nothing has moved for its whole allowance. */
// A connection that cannot be closed is gone already.
@SuppressWarnings("FutureReturnValueIgnored")
final class CloseWhenIdle extends ChannelInboundHandlerAdapter {
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }
}
