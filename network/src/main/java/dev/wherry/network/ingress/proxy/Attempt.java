package dev.wherry.network.ingress.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** One try to have a request answered by an endpoint. Once it is over it tells nobody anything. */
final class Attempt implements LinkUser {
  private final Exchange exchange;
  private @Nullable BackendLink link;
  private boolean over;
  private boolean sent;
  private boolean keepAlive;

  Attempt(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Writes the head, and with a request that has no body its end; not flushed. */
  void send(HttpRequest head, boolean whole) {
    sent = true;
    to().write(
            whole
                ? new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1,
                    head.method(),
                    head.uri(),
                    Unpooled.EMPTY_BUFFER,
                    head.headers(),
                    EmptyHttpHeaders.INSTANCE)
                : new DefaultHttpRequest(
                    HttpVersion.HTTP_1_1, head.method(), head.uri(), head.headers()));
  }

  void send(HttpContent part) {
    to().write(part);
  }

  void flush() {
    to().flush();
  }

  private BackendLink to() {
    return java.util.Objects.requireNonNull(link);
  }

  boolean isSending() {
    return sent && !over;
  }

  boolean isWritable() {
    return to().isWritable();
  }

  void reading(boolean on) {
    to().reading(on);
  }

  /** Whether the other end may have closed the connection before it saw the request. */
  boolean mayBeUnseen() {
    return !sent || to().reused();
  }

  /** Whether anything went out. */
  boolean wasSent() {
    return sent;
  }

  BackendLink link() {
    return to();
  }

  /** Ends it before its time. */
  void cancel() {
    over = true;
    BackendLink open = link;
    if (open != null) {
      open.close();
    }
  }

  /** The answer is complete. */
  void complete(boolean requestEnded, long now) {
    over = true;
    to().giveBack(keepAlive && requestEnded, now);
  }

  /** The connection has become the exchange's own. */
  void leave() {
    over = true;
    to().leave();
  }

  @Override
  public void connected(BackendLink to) {
    if (over) {
      to.close();
      return;
    }
    link = to;
    exchange.connected(this);
  }

  @Override
  public void notConnected(String why, boolean crowded) {
    if (!over) {
      over = true;
      exchange.notConnected(why, crowded);
    }
  }

  @Override
  public void answerHead(HttpResponse head) {
    keepAlive = HttpUtil.isKeepAlive(head);
    exchange.answerHead(head);
  }

  @Override
  public void answerPart(HttpContent part) {
    if (over) {
      part.release();
    } else {
      exchange.answerPart(part);
    }
  }

  @Override
  public void answerRead() {
    if (!over) {
      exchange.answerRead();
    }
  }

  @Override
  public void linkWritable() {
    if (!over) {
      exchange.linkWritable();
    }
  }

  @Override
  public void linkLost() {
    if (!over) {
      over = true;
      exchange.linkLost(this);
    }
  }

  @Override
  public boolean isOver() {
    return over;
  }
}
