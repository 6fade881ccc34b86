package dev.wherry.network.ingress.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** The head of an answer that began. */
record AnswerHead(HttpResponse head, Kind kind) {
  /** What comes after it. */
  enum Kind {
    /** The answer itself: it was only announced. */
    ANSWER,
    PARTS,
    /** Nothing: it was written with its end, so that trailers that are the only headers stay so. */
    NOTHING,
    ANOTHER_PROTOCOL
  }

  /** One that only announces the answer. */
  static AnswerHead announcing(HttpResponse head) {
    return new AnswerHead(head, Kind.ANSWER);
  }

  static AnswerHead switching(HttpResponse head) {
    return new AnswerHead(head, Kind.ANOTHER_PROTOCOL);
  }

  boolean isInformed() {
    return kind == Kind.ANSWER;
  }

  int status() {
    return head.status().code();
  }

  /** Its headers without what was meant for the proxy. */
  static HttpHeaders stripped(HttpResponse head) {
    Headers.stripHop(head.headers());
    Headers.stripExtensions(head.headers());
    return head.headers();
  }

  /**
   * Says where an HTTP/1 body ends and whether the connection does.
   *
   * @return whether it goes on
   */
  static boolean frame(HttpResponse head, boolean toHead, boolean http10, boolean keepAlive) {
    HttpHeaders headers = head.headers();
    int code = head.status().code();
    boolean goesOn = keepAlive;
    boolean empty = toHead || code == 204 || code == 304;
    if (!empty && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      if (http10) {
        goesOn = false;
      } else {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      }
    }
    if (!goesOn) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (http10) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    return goesOn;
  }

  static AnswerHead write(ChannelHandlerContext client, HttpResponse head) {
    boolean whole = head instanceof FullHttpResponse;
    HttpResponse sent =
        head instanceof FullHttpResponse full
            ? new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                full.status(),
                full.content().retainedDuplicate(),
                full.headers(),
                full.trailingHeaders())
            : head.setProtocolVersion(HttpVersion.HTTP_1_1);
    client.write(sent).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    return new AnswerHead(head, whole ? Kind.NOTHING : Kind.PARTS);
  }

  /** Passes an interim answer on, such as 100. */
  static void inform(ChannelHandlerContext client, HttpResponse head) {
    Headers.stripHop(head.headers());
    Headers.stripExtensions(head.headers());
    client.writeAndFlush(bare(head)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  /** The head with nothing after it. */
  static FullHttpResponse bare(HttpResponse head) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        head.status(),
        Unpooled.EMPTY_BUFFER,
        head.headers(),
        EmptyHttpHeaders.INSTANCE);
  }
}
