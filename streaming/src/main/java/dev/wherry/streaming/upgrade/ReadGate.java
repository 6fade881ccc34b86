package dev.wherry.streaming.upgrade;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stops a connection's reads while any of its streams has more than it may hold. Safe for all
 * threads.
 */
public final class ReadGate {
  private static final AttributeKey<ReadGate> KEY = AttributeKey.valueOf(ReadGate.class, "gate");

  private final Channel channel;
  private final AtomicInteger stalled = new AtomicInteger();

  private ReadGate(Channel channel) {
    this.channel = channel;
  }

  /** The one gate of a connection. */
  public static ReadGate of(Channel channel) {
    ReadGate fresh = new ReadGate(channel);
    ReadGate known = channel.attr(KEY).setIfAbsent(fresh);
    return known == null ? fresh : known;
  }

  /** Whether reading stands still now. */
  boolean isShut() {
    return stalled.get() > 0;
  }

  void shut() {
    stalled.incrementAndGet();
    update();
  }

  void open() {
    stalled.decrementAndGet();
    update();
  }

  private void update() {
    if (channel.eventLoop().inEventLoop()) {
      channel.config().setAutoRead(!isShut());
    } else if (channel.isActive()) {
      channel.eventLoop().execute(() -> channel.config().setAutoRead(!isShut()));
    }
  }
}
