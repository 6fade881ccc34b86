package dev.wherry.apiserver.http;

import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Collects one request at a time, hands it to a virtual thread and reads on when it is answered:
 * requests sent ahead wait in the socket. One instance per connection or HTTP/2 stream.
 */
final class EdgeHandler extends ChannelInboundHandlerAdapter {
  static final Object ANSWERED = new Object();
  private static final int LINGER_SECONDS = 2;
  private static final String BEARER = "Bearer ";
  private static final String BEARER_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

  /** Asks for a call when the channel is writable, or gone. */
  record WhenWritable(Runnable action) {}

  private final HttpEdge edge;
  private final boolean http2;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final ArrayDeque<Object> ahead = new ArrayDeque<>();
  private @Nullable HttpRequest request;
  private @Nullable ByteArrayOutputStream body;
  private boolean refused;
  private boolean busy;
  private @Nullable Future<?> bodyTimeout;
  private @Nullable Future<?> headTimeout;

  EdgeHandler(HttpEdge edge, boolean http2) {
    this.edge = edge;
    this.http2 = http2;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    awaitHead(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
  }

  /** A connection without a request is closed in the end; streams come with theirs. */
  private void awaitHead(ChannelHandlerContext ctx) {
    if (!http2) {
      headTimeout =
          ctx.executor()
              .schedule(
                  () -> {
                    if (request == null && !busy) {
                      ctx.close();
                    }
                  },
                  edge.limits().headerTimeoutSeconds(),
                  TimeUnit.SECONDS);
    }
  }

  private void forget() {
    if (headTimeout != null) {
      headTimeout.cancel(false);
    }
    if (bodyTimeout != null) {
      bodyTimeout.cancel(false);
    }
    for (Object message = ahead.poll(); message != null; message = ahead.poll()) {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
    if (busy) {
      // The next request, sent ahead: it waits here, and what follows it in the socket.
      ahead.add(message);
      ctx.channel().config().setAutoRead(false);
      return;
    }
    take(ctx, message);
  }

  private void take(ChannelHandlerContext ctx, Object message) throws IOException {
    try {
      if (message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (message instanceof HttpContent content) {
        if (!refused) {
          collect(ctx, content);
        } else if (content instanceof LastHttpContent) {
          ctx.close();
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    if (headTimeout != null) {
      headTimeout.cancel(false);
    }
    refused = false;
    request = head;
    body = new ByteArrayOutputStream(Math.clamp(contentLength(head), 32, 64 << 10));
    if (head.decoderResult().isFailure()) {
      refuse(ctx, 431, Reason.BAD_REQUEST, "the request's head is malformed or too large");
    } else if (contentLength(head) > edge.limits().bodyBytesMax()) {
      tooLarge(ctx);
    } else if (HttpUtil.is100ContinueExpected(head)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    bodyTimeout =
        ctx.executor()
            .schedule(
                () -> {
                  if (request != null && !busy) {
                    ctx.close();
                  }
                },
                edge.limits().bodyTimeoutSeconds(),
                TimeUnit.SECONDS);
  }

  private static int contentLength(HttpRequest head) {
    long length = HttpUtil.getContentLength(head, 0L);
    return length > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) length;
  }

  private void collect(ChannelHandlerContext ctx, HttpContent content) throws IOException {
    ByteArrayOutputStream collected = body;
    HttpRequest head = request;
    if (collected == null || head == null) {
      return;
    }
    if (collected.size() + content.content().readableBytes() > edge.limits().bodyBytesMax()) {
      tooLarge(ctx);
      return;
    }
    content.content().readBytes(collected, content.content().readableBytes());
    if (content instanceof LastHttpContent) {
      if (bodyTimeout != null) {
        bodyTimeout.cancel(false);
      }
      busy = true;
      request = null;
      body = null;
      dispatch(ctx, head, collected.toByteArray());
    }
  }

  private void tooLarge(ChannelHandlerContext ctx) {
    refuse(
        ctx,
        413,
        Reason.REQUEST_ENTITY_TOO_LARGE,
        "Request entity too large: limit is " + edge.limits().bodyBytesMax());
  }

  /** Answers before the request is complete, and hangs up. */
  private void refuse(ChannelHandlerContext ctx, int code, Reason reason, String message) {
    refused = true;
    request = null;
    byte[] status =
        Json.write(new ApiException(reason, code, message, ApiException.Details.NONE).toStatus());
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), Unpooled.wrappedBuffer(status));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.CONTENT_LENGTH, status.length);
    if (!http2) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    // What the client still sends is dropped for a moment: a reset would take the answer with it.
    ctx.writeAndFlush(response)
        .addListener(
            done -> ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS));
  }

  private void dispatch(ChannelHandlerContext ctx, HttpRequest head, byte[] content) {
    String target = head.uri();
    String path;
    try {
      path = new QueryStringDecoder(target).path();
    } catch (IllegalArgumentException e) {
      refuse(ctx, 400, Reason.BAD_REQUEST, "the request's path is malformed");
      return;
    }
    Exchange exchange =
        new Exchange(
            ctx.channel(),
            head.method().name(),
            target,
            path,
            head.headers(),
            content,
            credentials(ctx.channel(), head),
            http2,
            http2 || HttpUtil.isKeepAlive(head));
    boolean longRunning =
        RequestInfo.parse(exchange.method(), path, Query.of(target)).isLongRunning();
    edge.work(exchange, longRunning);
  }

  private static Credentials credentials(Channel channel, HttpRequest head) {
    String authorization = head.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    Optional<String> token =
        authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? Optional.of(authorization.substring(BEARER.length()).trim())
            : protocolToken(head);
    Channel connection = channel.parent() == null ? channel : channel.parent();
    SslHandler tls = connection.pipeline().get(SslHandler.class);
    if (tls == null) {
      tls = channel.pipeline().get(SslHandler.class);
    }
    return new Credentials(tls == null ? List.of() : certificates(tls), token);
  }

  /** Browsers cannot set headers on a WebSocket: the token may come as a subprotocol. */
  private static Optional<String> protocolToken(HttpRequest head) {
    for (String protocol :
        head.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "").split(",")) {
      String name = protocol.trim();
      if (name.startsWith(BEARER_PROTOCOL)) {
        byte[] token =
            java.util.Base64.getUrlDecoder().decode(name.substring(BEARER_PROTOCOL.length()));
        return Optional.of(new String(token, java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    return Optional.empty();
  }

  private static List<X509Certificate> certificates(SslHandler tls) {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : tls.engine().getSession().getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
      return chain;
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  private void next(ChannelHandlerContext ctx) throws IOException {
    busy = false;
    while (!busy && !ahead.isEmpty()) {
      take(ctx, ahead.remove());
    }
    if (ahead.isEmpty()) {
      ctx.channel().config().setAutoRead(true);
    }
    if (!busy && request == null) {
      awaitHead(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws IOException {
    if (event == ANSWERED) {
      next(ctx);
    } else if (event instanceof WhenWritable when) {
      if (ctx.channel().isWritable() || !ctx.channel().isActive()) {
        when.action().run();
      } else {
        waiting.add(when.action());
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      runWaiting();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    forget();
    runWaiting();
    ctx.fireChannelInactive();
  }

  private void runWaiting() {
    for (Runnable action = waiting.poll(); action != null; action = waiting.poll()) {
      action.run();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
