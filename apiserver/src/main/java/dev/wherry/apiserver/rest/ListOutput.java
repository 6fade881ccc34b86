package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.http.AnswerStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;

/**
 * Sends a list in pieces and waits for the client between them: what is under way is a few pieces,
 * however long the list and slow the client.
 */
final class ListOutput extends OutputStream {
  /** One crossing to the event loop, and two TLS records, for so much. */
  static final int PIECE_BYTES = 32 << 10;

  private final AnswerStream stream;
  private ByteBuf piece = Unpooled.buffer(PIECE_BYTES);

  ListOutput(AnswerStream stream) {
    this.stream = stream;
  }

  @Override
  public void write(int b) {
    piece.writeByte(b);
    sendIfFull();
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
      int part = Math.min(left, piece.writableBytes());
      piece.writeBytes(bytes, from, part);
      from += part;
      left -= part;
      sendIfFull();
    }
  }

  private void sendIfFull() {
    if (!piece.isWritable()) {
      stream.write(piece);
      piece = Unpooled.buffer(PIECE_BYTES);
      stream.flush();
      stream.awaitWritable();
    }
  }

  @Override
  public void close() {
    stream.write(piece);
    piece = Unpooled.EMPTY_BUFFER;
  }
}
