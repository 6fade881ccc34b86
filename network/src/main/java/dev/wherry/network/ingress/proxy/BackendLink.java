package dev.wherry.network.ingress.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint, or one stream of an HTTP/2 connection: the last handler of its
 * channel. It has one user at a time.
 */
final class BackendLink extends ChannelInboundHandlerAdapter {
  private final BackendPool pool;
  private final boolean stream;
  private final Channel channel;
  private @Nullable LinkUser user;
  private boolean used;
  private boolean reused;
  private long idleSince;

  /**
   * @param stream whether it ends with its request
   */
  BackendLink(BackendPool pool, Channel channel, boolean stream) {
    this.pool = pool;
    this.channel = channel;
    this.stream = stream;
  }

  Channel channel() {
    return channel;
  }

  /** Whether it served another request before: it may have been closed at the other end. */
  boolean reused() {
    return reused;
  }

  long idleSince() {
    return idleSince;
  }

  void lend(LinkUser to) {
    user = to;
    reused = used;
    used = true;
    channel.config().setAutoRead(true);
    to.connected(this);
  }

  void write(HttpObject part) {
    channel.write(part).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  void flush() {
    channel.flush();
  }

  boolean isWritable() {
    return channel.isWritable();
  }

  /** Stops or goes on reading the answer. */
  void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  /**
   * The user is through with it.
   *
   * @param again whether another request may go this way
   */
  void giveBack(boolean again, long now) {
    user = null;
    idleSince = now;
    if (again && !stream && channel.isActive()) {
      channel.config().setAutoRead(true);
      pool.returned(this);
    } else {
      close();
    }
  }

  /** What comes next is not HTTP: the channel is the user's for good. */
  void leave() {
    user = null;
    pool.left();
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  void close() {
    user = null;
    channel.close();
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    LinkUser to = user;
    if (to == null
        || !(message instanceof HttpObject object)
        || object.decoderResult().isFailure()) {
      // Nobody asked, or it is no HTTP.
      ReferenceCountUtil.release(message);
      ctx.close();
      return;
    }
    if (message instanceof HttpResponse head) {
      to.answerHead(head);
    }
    if (message instanceof HttpContent part) {
      LinkUser still = user;
      if (still == null) {
        part.release();
      } else {
        still.answerPart(part);
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    LinkUser to = user;
    if (to != null) {
      to.answerRead();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    LinkUser to = user;
    if (to != null && ctx.channel().isWritable()) {
      to.linkWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    LinkUser to = user;
    user = null;
    pool.closed(this);
    if (to != null) {
      to.linkLost();
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
