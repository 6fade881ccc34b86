package dev.wherry.network.ingress.proxy;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Answers that no backend gave. */
final class LocalAnswers {
  private LocalAnswers() {}

  /**
   * @param head whether to leave the body out
   * @param close whether the connection ends with it
   */
  static void write(
      ChannelHandlerContext ctx, int status, String why, boolean head, boolean close) {
    HttpResponseStatus line = HttpResponseStatus.valueOf(status);
    String text = line.code() + " " + line.reasonPhrase() + ": " + why + "\n";
    DefaultFullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            line,
            head ? Unpooled.EMPTY_BUFFER : ByteBufUtil.writeUtf8(ctx.alloc(), text));
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, text.length());
    send(ctx, answer, head, close);
  }

  /** Sends a client elsewhere. */
  static void redirect(
      ChannelHandlerContext ctx, int status, String location, boolean head, boolean close) {
    DefaultFullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.EMPTY_BUFFER);
    answer.headers().set(HttpHeaderNames.LOCATION, location);
    answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    send(ctx, answer, head, close);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void send(
      ChannelHandlerContext ctx, DefaultFullHttpResponse answer, boolean head, boolean close) {
    AnswerEncoder encoder = ctx.pipeline().get(AnswerEncoder.class);
    if (encoder != null) {
      encoder.answering(head);
      if (close) {
        answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
    }
    ctx.writeAndFlush(answer);
  }
}
