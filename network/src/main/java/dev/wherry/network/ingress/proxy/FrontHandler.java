package dev.wherry.network.ingress.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a client's requests one after the other: the last handler of an HTTP/1.1 connection or of
 * one HTTP/2 stream. What a client sends ahead waits, and the socket with it.
 */
final class FrontHandler extends ChannelInboundHandlerAdapter implements ProxyLoop.Swept {
  /** Bytes of a refused request's body that are thrown away before the connection is closed. */
  private static final int DRAIN_BYTES_MAX = 256 << 10;

  private static final int LINGER_SECONDS = 1;

  private final ProxyLoop loop;
  private final Door door;
  private final boolean stream;
  private final Deque<Object> ahead = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private long since;
  private boolean served;
  private boolean closing;
  private boolean bodyEnded = true;
  private boolean emptyEndComes;
  private boolean pumping;
  private int drained;

  /**
   * @param stream whether this is a stream of HTTP/2
   */
  FrontHandler(ProxyLoop loop, Door door, boolean stream) {
    this.loop = loop;
    this.door = door;
    this.stream = stream;
  }

  ProxyLoop loop() {
    return loop;
  }

  Door door() {
    return door;
  }

  boolean stream() {
    return stream;
  }

  ChannelHandlerContext client() {
    return java.util.Objects.requireNonNull(context);
  }

  String clientAddress() {
    Channel channel = client().channel();
    Channel connection = channel.parent() != null && stream ? channel.parent() : channel;
    return connection.remoteAddress() instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : "unknown";
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    since = System.nanoTime();
    loop.watch(this);
  }

  /** What follows is not HTTP: the connection is nobody's here any more. */
  void leave() {
    exchange = null;
    client().pipeline().remove(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    loop.forget(this);
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    since = System.nanoTime();
    if (emptyEndComes) {
      // The end of a request without a body: it was told with the head.
      emptyEndComes = false;
      ReferenceCountUtil.release(message);
    } else if (closing) {
      discard(ctx, message);
    } else if (!ahead.isEmpty() || (exchange != null && bodyEnded)) {
      ahead.addLast(message);
      ctx.channel().config().setAutoRead(false);
    } else {
      take(message);
    }
  }

  private void discard(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpContent part) {
      drained += part.content().readableBytes();
    }
    boolean end = message instanceof LastHttpContent || drained > DRAIN_BYTES_MAX;
    ReferenceCountUtil.release(message);
    if (end && !stream) {
      closeAfterWrites(ctx);
    }
  }

  private void take(Object message) {
    if (message instanceof StrictRequestDecoder.Refused(int status, String why)) {
      refuse(status, why);
      return;
    }
    if (!(message instanceof HttpObject object) || object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      if (exchange == null) {
        refuse(400, "the request is malformed");
      } else {
        bodyEnded = true;
        exchange.requestBroken();
      }
      return;
    }
    if (message instanceof HttpRequest request) {
      boolean whole = message instanceof LastHttpContent;
      bodyEnded = whole || (!stream && !hasBody(request));
      emptyEndComes = bodyEnded && !whole;
      served = true;
      Exchange begun = new Exchange(this, request);
      exchange = begun;
      begun.begin(bodyEnded);
      if (whole) {
        ReferenceCountUtil.release(message);
      }
    } else if (message instanceof HttpContent part) {
      takePart(part);
    }
  }

  private static boolean hasBody(HttpRequest request) {
    String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"));
  }

  private void takePart(HttpContent part) {
    bodyEnded = part instanceof LastHttpContent;
    Exchange current = exchange;
    if (current != null) {
      current.requestPart(part);
    } else {
      discard(client(), part);
    }
  }

  /** Answers what was no request, and hangs up. */
  private void refuse(int status, String why) {
    loop.figures().refusedRequest();
    closing = true;
    LocalAnswers.write(client(), status, why, false, true);
    hangUpSoon();
  }

  /** The exchange is through; the next request may come. */
  @SuppressWarnings("FutureReturnValueIgnored")
  void finished(boolean keepAlive) {
    exchange = null;
    ChannelHandlerContext ctx = client();
    since = System.nanoTime();
    if (stream) {
      if (!bodyEnded) {
        closing = true;
        ctx.close();
      }
      return;
    }
    if (!keepAlive || !bodyEnded) {
      closing = true;
      if (bodyEnded) {
        closeAfterWrites(ctx);
      } else {
        ctx.channel().config().setAutoRead(true);
        hangUpSoon();
      }
      return;
    }
    if (!pumping) {
      pumping = true;
      while (!ahead.isEmpty() && (exchange == null || !bodyEnded) && !closing) {
        Object next = ahead.removeFirst();
        if (emptyEndComes) {
          emptyEndComes = false;
          ReferenceCountUtil.release(next);
        } else {
          take(next);
        }
      }
      pumping = false;
      resume();
    }
  }

  /** Reads on, unless requests wait already. */
  void resume() {
    if (ahead.isEmpty()) {
      client().channel().config().setAutoRead(true);
    }
  }

  void pause() {
    client().channel().config().setAutoRead(false);
  }

  /** What the client still sends is read for a moment: a reset would take the answer with it. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void hangUpSoon() {
    ChannelHandlerContext ctx = client();
    if (ctx.channel() instanceof DuplexChannel plain && !door.tls()) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> plain.shutdownOutput());
    }
    ctx.executor().schedule(() -> closeAfterWrites(ctx), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  private void closeAfterWrites(ChannelHandlerContext ctx) {
    closing = true;
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  void hangUp(ChannelHandlerContext ctx) {
    closing = true;
    ctx.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.requestRead();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    since = System.nanoTime();
    if (exchange != null && ctx.channel().isWritable()) {
      exchange.clientWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.clientGone();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void sweep(long now) {
    Exchange current = exchange;
    if (current != null) {
      current.sweep(now, since);
    } else if (!stream && isLate(now)) {
      hangUp(client());
    }
  }

  private boolean isLate(long now) {
    ProxyLimits limits = loop.limits();
    StrictRequestDecoder decoder = client().pipeline().get(StrictRequestDecoder.class);
    long head = decoder == null ? 0 : decoder.headSince();
    if (head != 0) {
      return passed(now, head, limits.headMillis());
    }
    return passed(now, since, served ? limits.idleMillis() : limits.headMillis())
        || (served && door.draining().getAsBoolean());
  }

  static boolean passed(long now, long since, long millis) {
    return now - since > TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    hangUp(ctx);
  }
}
