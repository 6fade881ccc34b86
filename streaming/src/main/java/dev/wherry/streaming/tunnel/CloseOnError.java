package dev.wherry.streaming.tunnel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Ends a tunnel on the first error; the agent opens a new one. */
final class CloseOnError extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(CloseOnError.class.getName());

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.log(System.Logger.Level.DEBUG, "tunnel failed", cause);
    ctx.close();
  }
}
