package dev.wherry.runtime.logs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A read buffer that says when it runs empty, which is when what was written must be flushed. */
final class ReadAhead extends FilterInputStream {
  private static final int BUFFER_BYTES = 32 * 1024;

  interface BeforeRead {
    void run() throws IOException;
  }

  private final BeforeRead beforeRead;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int next;
  private int end;

  ReadAhead(InputStream in, BeforeRead beforeRead) {
    super(in);
    this.beforeRead = beforeRead;
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer[next++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, end - next);
    System.arraycopy(buffer, next, into, offset, n);
    next += n;
    return n;
  }

  private boolean fill() throws IOException {
    if (next < end) {
      return true;
    }
    beforeRead.run();
    next = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }
}
