package dev.wherry.streaming.upgrade;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Keeps a connection unread while its gate is shut: Netty's decoders ask for more by themselves
 * when they think they handed nothing on, and the one of SPDY always thinks so.
 */
final class HoldReads extends ChannelDuplexHandler {
  @Override
  public void read(ChannelHandlerContext context) {
    if (!ReadGate.of(context.channel()).isShut()) {
      context.read();
    }
  }
}
