package dev.wherry.network.ingress.proxy;

import io.netty.channel.Channel;

/** An HTTP/2 connection to an endpoint and the requests on it. Its loop's thread. */
final class SharedConnection {
  /** Requests on one connection before another is opened. */
  private static final int STREAMS_MAX = 100;

  private final Channel channel;
  private int streams;

  SharedConnection(Channel channel) {
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  boolean hasRoom() {
    return streams < STREAMS_MAX && channel.isActive();
  }

  void began() {
    streams++;
  }

  void ended() {
    streams--;
  }
}
