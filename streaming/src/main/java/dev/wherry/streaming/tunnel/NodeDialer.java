package dev.wherry.streaming.tunnel;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Opens byte streams to nodes and to what they can reach. */
public interface NodeDialer {
  /**
   * A channel whose inbound and outbound messages are {@code ByteBuf}s. It starts with {@code
   * autoRead} off: install handlers, then turn it on. The peer's half-close arrives as {@code
   * ChannelInputShutdownEvent}; {@link StreamBytes#finish} half-closes our side.
   *
   * @param nodeName the node's name as registered
   * @param timeout until the far end has accepted, once the node is connected; a node that is not
   *     is waited for, at most as long and at most five seconds
   * @return completes exceptionally with {@link DialException} when the node has no tunnel, refuses
   *     the target or does not answer in time
   */
  CompletionStage<Channel> dial(String nodeName, DialTarget target, Duration timeout);
}
