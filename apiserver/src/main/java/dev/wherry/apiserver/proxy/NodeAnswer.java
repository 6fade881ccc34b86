package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.AnswerStream;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.WebSocketStream;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes a backend's answer to one request: hands it on as it comes, turns both connections into
 * pipes when it is a 101, or, for callers that expect a Status, makes a refusal of an error.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class NodeAnswer extends ChannelInboundHandlerAdapter {
  /** Text of an error that is kept for the Status. */
  private static final int ERROR_BYTES_MAX = 2_048;

  /** Of the connection behind, of the length before rewriting, and of another site's trust. */
  private static final Set<String> HIDDEN_HEADERS =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "transfer-encoding",
          "trailer",
          "upgrade",
          "content-length",
          "content-type",
          "access-control-allow-credentials",
          "access-control-allow-headers",
          "access-control-allow-methods",
          "access-control-allow-origin");

  private final Exchange exchange;
  private final Handing handing;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private @Nullable AnswerStream stream;
  private @Nullable HttpResponse switching;

  /** What a backend that speaks first has said behind its 101. */
  private final List<ByteBuf> early = new ArrayList<>();

  private @Nullable StringBuilder error;
  private @Nullable PageRewriter page;
  private int errorCode;

  NodeAnswer(Exchange exchange, Handing handing) {
    this.exchange = exchange;
    this.handing = handing;
  }

  /** Completes when the answer has been handed on, or with the refusal to answer instead. */
  CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && switching != null) {
      early.add(bytes);
      return;
    }
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
    } else if (handing.errors() == Handing.Errors.AS_STATUS && code >= 400) {
      errorCode = code;
      error = new StringBuilder();
    } else if (code >= 200) {
      AnswerStream opened = open(response);
      opened.flush();
      opened.whenGone(ctx::close);
      stream = opened;
    }
  }

  private AnswerStream open(HttpResponse response) {
    if (handing.messages() && WebSocketStream.isRequested(exchange)) {
      return WebSocketStream.acceptBytes(exchange);
    }
    for (Map.Entry<String, String> header : response.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.equals("location") && handing.links().isPresent()) {
        exchange.setHeader(header.getKey(), handing.links().get().rewrite(header.getValue()));
      } else if (!HIDDEN_HEADERS.contains(name)) {
        exchange.addHeader(header.getKey(), header.getValue());
      }
    }
    String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    boolean plain = !response.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
    if (plain && type.split(";", 2)[0].trim().equalsIgnoreCase("text/html")) {
      page = handing.links().map(PageRewriter::new).orElse(null);
    }
    return exchange.stream(response.status().code(), type);
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
    write(to, content.content(), last);
    if (last) {
      to.close();
      done.complete(null);
      ctx.close();
    }
  }

  private void write(AnswerStream to, ByteBuf bytes, boolean last) {
    PageRewriter rewriter = page;
    if (rewriter == null) {
      if (bytes.isReadable()) {
        to.write(bytes.retain());
      }
      return;
    }
    write(to, rewriter.next(ByteBufUtil.getBytes(bytes)));
    if (last) {
      write(to, rewriter.last());
    }
  }

  private static void write(AnswerStream to, byte[] bytes) {
    if (bytes.length > 0) {
      to.write(Unpooled.wrappedBuffer(bytes));
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
    early.forEach(ctx::fireChannelRead);
    early.clear();
    ctx.fireChannelReadComplete();
    node.pipeline().remove(this);
    node.pipeline().remove(NodeProxy.HTTP);
    if (!node.isActive()) {
      client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    node.config().setAutoRead(true);
    client.config().setAutoRead(true);
  }

  /** What a kubelet's error means to the client (apimachinery NewGenericServerResponse). */
  private static ApiException refusal(int code, String text) {
    return new ApiException(Reason.ofCode(code), code, text, ApiException.Details.NONE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    gone("the connection ended before its answer was complete");
  }

  private void gone(String why) {
    AnswerStream to = stream;
    if (to != null && !done.isDone()) {
      // Cut short: the client must see that something is missing.
      exchange.channel().close();
      done.complete(null);
    } else {
      done.completeExceptionally(handing.unreachable().apply(why));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    gone(
        cause.getCause() instanceof NotSslRecordException
            ? "it does not speak TLS"
            : String.valueOf(cause.getMessage()));
    ctx.close();
  }
}
