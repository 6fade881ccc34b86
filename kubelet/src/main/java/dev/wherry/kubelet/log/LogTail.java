package dev.wherry.kubelet.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** Finds where the last lines of a file begin, reading backwards. */
final class LogTail {
  private static final int BLOCK_BYTES = 8192;

  private LogTail() {}

  /** The offset in bytes of the first of the last {@code lines} lines; the size when lines is 0. */
  static long offset(SeekableByteChannel file, long lines) throws IOException {
    long size = file.size();
    if (lines < 0) {
      return 0;
    }
    if (lines == 0) {
      return size;
    }
    long wanted = lines;
    long end = size;
    if (size > 0 && byteAt(file, size - 1) == '\n') {
      end = size - 1;
    }
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    while (end > 0) {
      int length = (int) Math.min(BLOCK_BYTES, end);
      long start = end - length;
      fill(file, block, start, length);
      for (int i = length - 1; i >= 0; i--) {
        if (block.get(i) == '\n' && --wanted == 0) {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  private static byte byteAt(SeekableByteChannel file, long position) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    fill(file, one, position, 1);
    return one.get(0);
  }

  private static void fill(SeekableByteChannel file, ByteBuffer block, long start, int length)
      throws IOException {
    block.clear().limit(length);
    file.position(start);
    while (block.hasRemaining()) {
      if (file.read(block) < 0) {
        throw new IOException("log file shrank while it was read");
      }
    }
  }
}
