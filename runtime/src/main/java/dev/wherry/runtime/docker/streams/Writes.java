package dev.wherry.runtime.docker.streams;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;

/** Blocking writes from virtual threads: one message of each stream is under way at a time. */
final class Writes {
  private Writes() {}

  static void write(Channel channel, Object message) throws IOException {
    ChannelFuture written = channel.writeAndFlush(message).awaitUninterruptibly();
    if (!written.isSuccess()) {
      throw new IOException("the client has left", written.cause());
    }
  }
}
