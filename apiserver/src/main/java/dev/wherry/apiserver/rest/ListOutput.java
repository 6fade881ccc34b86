package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.http.AnswerStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Sends a list in pieces and waits for the client between them: what is under way is a few pieces,
 * however long the list and slow the client.
 */
final class ListOutput extends OutputStream {
  /** One crossing to the event loop, and two TLS records, for so much. */
  static final int PIECE_BYTES = 32 << 10;

  private final AnswerStream stream;
  private @Nullable ByteBuf piece;

  /** Pieces on their way, the oldest first. What the channel has let go of is filled again. */
  private final ArrayDeque<ByteBuf> sent = new ArrayDeque<>();

  ListOutput(AnswerStream stream) {
    this.stream = stream;
  }

  private ByteBuf piece() {
    ByteBuf present = piece;
    if (present == null) {
      ByteBuf oldest = sent.peek();
      present =
          oldest != null && oldest.refCnt() == 1
              ? sent.remove().clear()
              : Unpooled.buffer(PIECE_BYTES, PIECE_BYTES);
      piece = present;
    }
    return present;
  }

  @Override
  public void write(int b) {
    sendIfFull(piece().writeByte(b));
  }

  @Override
  public void write(byte[] bytes) {
    write(bytes, 0, bytes.length);
  }

  /** A piece is filled to the brim, so that it never has to grow. */
  @Override
  public void write(byte[] bytes, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      ByteBuf present = piece();
      int part = Math.min(left, present.writableBytes());
      present.writeBytes(bytes, from, part);
      from += part;
      left -= part;
      sendIfFull(present);
    }
  }

  private void sendIfFull(ByteBuf present) {
    if (!present.isWritable()) {
      piece = null;
      sent.add(present.retain());
      stream.send(present);
      stream.awaitWritable();
    }
  }

  /** May be called again. */
  @Override
  public void close() {
    ByteBuf last = piece;
    if (last != null) {
      piece = null;
      stream.write(last);
    }
    sent.forEach(ByteBuf::release);
    sent.clear();
  }
}
