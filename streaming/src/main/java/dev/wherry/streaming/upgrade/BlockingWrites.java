package dev.wherry.streaming.upgrade;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;

/** Writes from virtual threads that wait while the peer does not read. */
public final class BlockingWrites {
  private BlockingWrites() {}

  /**
   * Hands a message to the connection; while more waits to go out than its buffer may hold, blocks
   * until this message has gone.
   *
   * @throws IOException when the peer has left
   */
  public static void write(Channel channel, Object message) throws IOException {
    ChannelFuture written = channel.writeAndFlush(message);
    if (!channel.isWritable() || !channel.isActive()) {
      written.awaitUninterruptibly();
    }
    if (written.isDone() && !written.isSuccess()) {
      throw new IOException("the peer has left", written.cause());
    }
  }
}
