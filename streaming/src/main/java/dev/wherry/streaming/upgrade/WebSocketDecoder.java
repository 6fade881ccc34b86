package dev.wherry.streaming.upgrade;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;

/**
 * Frames of a client (RFC 6455, section 5), cut into fragments as their payload arrives: a frame of
 * any length takes no more memory than what the socket brought.
 */
final class WebSocketDecoder extends ByteToMessageDecoder {
  private static final int FRAGMENT_BYTES_MAX = 32 * 1024;
  private static final int CONTROL_BYTES_MAX = 125;
  private static final int HEAD_BYTES = 2;
  private static final int MASK_BYTES = 4;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final byte[] mask = new byte[MASK_BYTES];
  private int maskAt;
  private boolean inFrame;
  private boolean last;
  private int opcode;
  private long left;

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (!inFrame && !head(in)) {
      return;
    }
    if (opcode >= CLOSE) {
      if (in.readableBytes() >= left) {
        out.add(control(payload(in, (int) left)));
        inFrame = false;
      }
      return;
    }
    int n = (int) Math.min(Math.min(left, in.readableBytes()), FRAGMENT_BYTES_MAX);
    if (n == 0 && left > 0) {
      return;
    }
    left -= n;
    inFrame = left > 0;
    out.add(data(last && left == 0, payload(in, n)));
    opcode = CONTINUATION;
  }

  /** Reads a frame's head if it is complete. */
  private boolean head(ByteBuf in) {
    if (in.readableBytes() < HEAD_BYTES) {
      return false;
    }
    int first = in.getUnsignedByte(in.readerIndex());
    int second = in.getUnsignedByte(in.readerIndex() + 1);
    int shortLength = second & 0x7f;
    int lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
    if (in.readableBytes() < HEAD_BYTES + lengthBytes + MASK_BYTES) {
      return false;
    }
    in.skipBytes(HEAD_BYTES);
    left =
        switch (lengthBytes) {
          case 8 -> in.readLong();
          case 2 -> in.readUnsignedShort();
          default -> shortLength;
        };
    last = (first & 0x80) != 0;
    opcode = first & 0x0f;
    check((first & 0x70) == 0, "an extension was not agreed on");
    check((second & 0x80) != 0, "a client's frame must be masked");
    check(left >= 0, "a frame's length is negative");
    check(opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG), "no such opcode");
    check(opcode < CLOSE || (last && left <= CONTROL_BYTES_MAX), "a control frame is too long");
    in.readBytes(mask);
    maskAt = 0;
    inFrame = true;
    return true;
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new CorruptedFrameException(otherwise);
    }
  }

  private ByteBuf payload(ByteBuf in, int n) {
    byte[] bytes = new byte[n];
    in.readBytes(bytes);
    for (int i = 0; i < n; i++) {
      bytes[i] ^= mask[(maskAt + i) & 3];
    }
    maskAt = (maskAt + n) & 3;
    return Unpooled.wrappedBuffer(bytes);
  }

  private WebSocketFrame data(boolean complete, ByteBuf payload) {
    return switch (opcode) {
      case TEXT -> new TextWebSocketFrame(complete, 0, payload);
      case BINARY -> new BinaryWebSocketFrame(complete, 0, payload);
      default -> new ContinuationWebSocketFrame(complete, 0, payload);
    };
  }

  private WebSocketFrame control(ByteBuf payload) {
    return switch (opcode) {
      case PING -> new PingWebSocketFrame(payload);
      case PONG -> new PongWebSocketFrame(payload);
      default -> new CloseWebSocketFrame(true, 0, payload);
    };
  }
}
