package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.AnswerStream;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes a kubelet's answer to one request: hands it on as it comes, turns both connections into
 * pipes when it is a 101, or, for callers that expect a Status, makes a refusal of an error.
 */
final class NodeAnswer extends ChannelInboundHandlerAdapter {
  /** Text of an error that is kept for the Status. */
  private static final int ERROR_BYTES_MAX = 2_048;

  private static final List<String> HOP_HEADERS =
      List.of("connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "date");

  private final Exchange exchange;
  private final boolean errorsAsStatus;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private @Nullable AnswerStream stream;
  private @Nullable HttpResponse switching;
  private @Nullable StringBuilder error;
  private int errorCode;

  NodeAnswer(Exchange exchange, boolean errorsAsStatus) {
    this.exchange = exchange;
    this.errorsAsStatus = errorsAsStatus;
  }

  /** Completes when the answer has been handed on, or with the refusal to answer instead. */
  CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpResponse response) {
        head(ctx, response);
      }
      if (message instanceof HttpContent content) {
        content(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void head(ChannelHandlerContext ctx, HttpResponse response) {
    int code = response.status().code();
    if (code == 101) {
      switching = response;
    } else if (errorsAsStatus && code >= 400) {
      errorCode = code;
      error = new StringBuilder();
    } else {
      for (Map.Entry<String, String> header : response.headers()) {
        String name = header.getKey().toLowerCase(java.util.Locale.ROOT);
        if (!HOP_HEADERS.contains(name) && !name.equals("content-type")) {
          exchange.setHeader(header.getKey(), header.getValue());
        }
      }
      String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "text/plain");
      AnswerStream opened = exchange.stream(code, type);
      opened.flush();
      opened.whenGone(ctx::close);
      stream = opened;
    }
  }

  private void content(ChannelHandlerContext ctx, HttpContent content) {
    boolean last = content instanceof LastHttpContent;
    if (switching != null) {
      if (last) {
        join(ctx, switching);
      }
      return;
    }
    if (error != null) {
      if (error.length() < ERROR_BYTES_MAX) {
        error.append(content.content().toString(StandardCharsets.UTF_8));
      }
      if (last) {
        done.completeExceptionally(refusal(errorCode, error.toString().strip()));
        ctx.close();
      }
      return;
    }
    AnswerStream to = stream;
    if (to == null) {
      return;
    }
    if (content.content().isReadable()) {
      to.write(content.content().retain());
    }
    if (last) {
      to.close();
      done.complete(null);
      ctx.close();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    AnswerStream to = stream;
    if (to == null || done.isDone()) {
      return;
    }
    to.flush();
    if (!to.isWritable()) {
      ctx.channel().config().setAutoRead(false);
      to.whenWritable(() -> ctx.channel().config().setAutoRead(true));
    }
  }

  /** Both sides leave HTTP and are joined. */
  private void join(ChannelHandlerContext ctx, HttpResponse response) {
    Channel node = ctx.channel();
    node.config().setAutoRead(false);
    HttpHeaders headers = new DefaultHttpHeaders().set(response.headers());
    exchange.upgrade(
        headers,
        client -> {
          client.pipeline().addLast(new BytePipe(node));
          node.eventLoop().execute(() -> openNode(ctx, client));
        });
    done.complete(null);
  }

  private void openNode(ChannelHandlerContext ctx, Channel client) {
    Channel node = ctx.channel();
    node.pipeline().addLast(new BytePipe(client));
    node.pipeline().remove(this);
    node.pipeline().remove(NodeProxy.HTTP);
    if (!node.isActive()) {
      client.close();
      return;
    }
    node.config().setAutoRead(true);
    client.config().setAutoRead(true);
  }

  /** What a kubelet's error means to the client (apimachinery NewGenericServerResponse). */
  private static ApiException refusal(int code, String text) {
    Reason reason =
        switch (code) {
          case 400 -> Reason.BAD_REQUEST;
          case 401 -> Reason.UNAUTHORIZED;
          case 403 -> Reason.FORBIDDEN;
          case 404 -> Reason.NOT_FOUND;
          case 405 -> Reason.METHOD_NOT_ALLOWED;
          case 409 -> Reason.CONFLICT;
          case 422 -> Reason.INVALID;
          case 429 -> Reason.TOO_MANY_REQUESTS;
          case 503 -> Reason.SERVICE_UNAVAILABLE;
          case 504 -> Reason.TIMEOUT;
          default -> Reason.INTERNAL_ERROR;
        };
    return new ApiException(reason, code, text, ApiException.Details.NONE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone("the node went away before its answer was complete");
  }

  private void gone(String why) {
    AnswerStream to = stream;
    if (to != null && !done.isDone()) {
      // Cut short: the client must see that something is missing.
      exchange.channel().close();
      done.complete(null);
    } else {
      done.completeExceptionally(NodeProxy.unreachable(why));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    gone(String.valueOf(cause.getMessage()));
    ctx.close();
  }
}
