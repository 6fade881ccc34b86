package dev.wherry.network.ingress.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder behind a reader of heads that accepts one way to write them only (RFC 9112):
 * lines end in CR LF, nothing is folded, length and chunks exclude each other. What two servers
 * could read in two ways is the raw material of smuggled requests.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
  /** Empty lines before a request that are let pass (RFC 9112, 2.2). */
  private static final int EMPTY_LINES_MAX = 2;

  private static final int CHUNK_BYTES_MAX = 16 << 10;
  private static final int BAD_REQUEST = 400;
  private static final int URI_TOO_LONG = 414;
  private static final int HEAD_TOO_LARGE = 431;

  /** Told instead of a request; nothing more is decoded. */
  record Refused(int status, String why) {}

  private enum State {
    HEAD,
    MESSAGE,
    BROKEN
  }

  private final ProxyLimits limits;
  private State state = State.HEAD;
  private int scanned;
  private int lineStart;
  private int lines;
  private int emptyLines;
  private boolean afterReturn;
  private long headSince;

  StrictRequestDecoder(ProxyLimits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.lineBytesMax())
            .setMaxHeaderSize(limits.headBytesMax())
            .setMaxChunkSize(CHUNK_BYTES_MAX)
            .setStrictLineParsing(true)
            .setAllowDuplicateContentLengths(false)
            .setValidateHeaders(true));
    this.limits = limits;
  }

  /** When the head that is not complete yet began, by {@link System#nanoTime}; 0 for none. */
  long headSince() {
    return headSince;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (state == State.BROKEN) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (state == State.HEAD && !headIsComplete(in, out)) {
      return;
    }
    super.decode(ctx, in, out);
    if (!out.isEmpty() && out.getLast() instanceof LastHttpContent) {
      expectHead();
    }
  }

  private void expectHead() {
    state = State.HEAD;
    scanned = 0;
    lineStart = 0;
    lines = 0;
    emptyLines = 0;
    afterReturn = false;
    headSince = 0;
  }

  private boolean headIsComplete(ByteBuf in, List<Object> out) {
    if (headSince == 0 && in.isReadable()) {
      headSince = Math.max(1, System.nanoTime());
    }
    int base = in.readerIndex();
    int readable = in.readableBytes();
    while (scanned < readable) {
      byte b = in.getByte(base + scanned);
      if (b == '\n') {
        if (!afterReturn) {
          return refuse(in, out, BAD_REQUEST, "a line that does not end in CR LF");
        }
        boolean empty = scanned - lineStart == 1;
        if (empty && lines > 0) {
          state = State.MESSAGE;
          return true;
        }
        if (empty && ++emptyLines > EMPTY_LINES_MAX) {
          return refuse(in, out, BAD_REQUEST, "no request");
        }
        lines += empty ? 0 : 1;
        lineStart = scanned + 1;
      } else if (!isFine(b, in, out)) {
        return false;
      }
      afterReturn = b == '\r';
      scanned++;
    }
    return false;
  }

  private boolean isFine(byte b, ByteBuf in, List<Object> out) {
    if (afterReturn || (b < ' ' && b >= 0 && b != '\t' && b != '\r') || b == 0x7f) {
      return refuse(in, out, BAD_REQUEST, "a control character in the head");
    }
    if (scanned == lineStart && lines > 0 && (b == ' ' || b == '\t')) {
      return refuse(in, out, BAD_REQUEST, "a folded header");
    }
    if (lines == 0 && scanned - lineStart >= limits.lineBytesMax()) {
      return refuse(in, out, URI_TOO_LONG, "the request's line is too long");
    }
    if (scanned >= limits.headBytesMax() || lines > limits.headLinesMax()) {
      return refuse(in, out, HEAD_TOO_LARGE, "the request's headers are too large");
    }
    return true;
  }

  private boolean refuse(ByteBuf in, List<Object> out, int status, String why) {
    state = State.BROKEN;
    headSince = 0;
    in.skipBytes(in.readableBytes());
    out.add(new Refused(status, why));
    return false;
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both a length and chunks");
  }
}
