package dev.wherry.apiserver.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.http.AnswerStream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class ListOutputTest {
  private static final int OBJECT_BYTES = 100_000;

  /** A client that takes one piece whenever the server waits for it. */
  private static final class SlowClient implements AnswerStream {
    private final Deque<ByteBuf> pending = new ArrayDeque<>();
    private long pendingBytes;
    private long pendingBytesMost;
    private long taken;

    @Override
    public void write(ByteBuf bytes) {
      pending.add(bytes);
      pendingBytes += bytes.capacity();
      pendingBytesMost = Math.max(pendingBytesMost, pendingBytes);
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return pending.isEmpty();
    }

    @Override
    public void awaitWritable() {
      ByteBuf first = pending.remove();
      pendingBytes -= first.capacity();
      taken += first.readableBytes();
      first.release();
    }

    @Override
    public void whenWritable(Runnable action) {
      action.run();
    }

    @Override
    public void whenGone(Runnable action) {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      while (!pending.isEmpty()) {
        awaitWritable();
      }
    }
  }

  @Test
  void write_longListToASlowClient_holdsFewPieces() {
    for (int objects : new int[] {10, 1_000}) {
      SlowClient client = new SlowClient();
      byte[] object = new byte[OBJECT_BYTES];
      try (ListOutput out = new ListOutput(client)) {
        for (int i = 0; i < objects; i++) {
          out.write(object);
          out.write(',');
        }
      }
      client.close();
      assertEquals(objects * (OBJECT_BYTES + 1L), client.taken);
      assertTrue(
          client.pendingBytesMost <= 2L * ListOutput.PIECE_BYTES,
          client.pendingBytesMost + " bytes of " + objects + " objects were held");
    }
  }
}
