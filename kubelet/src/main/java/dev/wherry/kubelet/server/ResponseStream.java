package dev.wherry.kubelet.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A chunked response written from a virtual thread. Each chunk waits until it is on the socket, so
 * a slow reader holds its own writer and nothing else.
 */
final class ResponseStream extends OutputStream {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final Channel channel;
  private String contentType;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private boolean begun;

  ResponseStream(Channel channel, String contentType) {
    this.channel = channel;
    this.contentType = contentType;
  }

  /** The answer is JSON; only before anything of it is written. */
  void isJson() {
    contentType = "application/json";
  }

  /** The answer is a page for people; only before anything of it is written. */
  void isHtml() {
    contentType = "text/html; charset=utf-8";
  }

  /** The answer is a page of metrics; only before anything of it is written. */
  void isPrometheus() {
    contentType = "text/plain; version=0.0.4; charset=utf-8";
  }

  /** Whether the head has been sent, so that no other answer can be given any more. */
  boolean begun() {
    return begun;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      int part = Math.min(left, BUFFER_BYTES - filled);
      System.arraycopy(bytes, at, buffer, filled, part);
      filled += part;
      at += part;
      left -= part;
      if (filled == BUFFER_BYTES) {
        flush();
      }
    }
  }

  @Override
  public void flush() throws IOException {
    begin();
    if (filled > 0) {
      byte[] chunk = java.util.Arrays.copyOf(buffer, filled);
      filled = 0;
      send(new DefaultHttpContent(Unpooled.wrappedBuffer(chunk)));
    }
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      head.headers()
          .set(HttpHeaderNames.CONTENT_TYPE, contentType)
          .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      send(head);
    }
  }

  private void send(Object message) throws IOException {
    try {
      var written = channel.writeAndFlush(message).await();
      if (!written.isSuccess()) {
        throw new IOException("the client went away", written.cause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    flush();
    send(LastHttpContent.EMPTY_LAST_CONTENT);
  }
}
