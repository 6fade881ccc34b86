package dev.wherry.cli.client.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;

/**
 * Bytes from writers to a reader, a bounded number of them. Unlike the JDK's pipe it does not mind
 * which threads write and whether they are still alive.
 */
public final class Pipe {
  private final int bytesMax;
  private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
  private int bytes;
  private boolean ended;
  private boolean unread;

  /**
   * @param bytesMax a writer waits while there are more
   */
  public Pipe(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  private synchronized void put(byte[] chunk) throws IOException {
    while (bytes >= bytesMax && !unread && !ended) {
      pause();
    }
    if (unread || ended) {
      throw new IOException("nobody reads any more");
    }
    chunks.add(chunk);
    bytes += chunk.length;
    notifyAll();
  }

  private synchronized int take(byte[] into, int from, int length) throws IOException {
    while (chunks.isEmpty() && !ended && !unread) {
      pause();
    }
    byte[] first = chunks.poll();
    if (first == null) {
      return -1;
    }
    int taken = Math.min(length, first.length);
    System.arraycopy(first, 0, into, from, taken);
    if (taken < first.length) {
      byte[] rest = new byte[first.length - taken];
      System.arraycopy(first, taken, rest, 0, rest.length);
      chunks.addFirst(rest);
    }
    bytes -= taken;
    notifyAll();
    return taken;
  }

  private void pause() throws IOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  private synchronized void leave() {
    unread = true;
    chunks.clear();
    notifyAll();
  }

  /** Where writers write; closing it is the end of the stream. */
  public OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        put(new byte[] {(byte) one});
      }

      @Override
      public void write(byte[] chunk, int from, int length) throws IOException {
        if (length > 0) {
          put(java.util.Arrays.copyOfRange(chunk, from, from + length));
        }
      }

      @Override
      public void close() {
        end();
      }
    };
  }

  /** Where the reader reads; closing it lets writers fail. */
  public InputStream in() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return take(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
      }

      @Override
      public int read(byte[] chunk, int from, int length) throws IOException {
        return length == 0 ? 0 : take(chunk, from, length);
      }

      @Override
      public void close() {
        leave();
      }
    };
  }
}
