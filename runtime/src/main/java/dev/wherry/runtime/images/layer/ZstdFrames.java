package dev.wherry.runtime.images.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A zstd stream without its skippable frames, in which zstd:chunked layers keep an index that the
 * decoder does not know (RFC 8878: frames, blocks). Frames are walked by their blocks' sizes;
 * nothing is decoded here.
 */
final class ZstdFrames extends InputStream {
  private static final long MAGIC = 0xfd2fb528L;
  private static final long SKIPPABLE = 0x184d2a50L;
  private static final long SKIPPABLE_MASK = 0xfffffff0L;
  private static final int[] DICTIONARY_BYTES = {0, 1, 2, 4};
  private static final int[] SIZE_BYTES = {0, 2, 4, 8};
  private static final int HEADER_BYTES_MAX = 18;
  private static final int RUN_LENGTH_BLOCK = 1;

  private final InputStream in;

  /** What was read ahead to find out where frames end, and must still be given. */
  private final byte[] head = new byte[HEADER_BYTES_MAX];

  private int headAt;
  private int headEnd;
  private long passing;
  private boolean inFrame;
  private boolean checksum;
  private boolean lastBlock;

  ZstdFrames(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException {
    while (headAt == headEnd && passing == 0) {
      if (!advance()) {
        return -1;
      }
    }
    if (headAt < headEnd) {
      int given = Math.min(length, headEnd - headAt);
      System.arraycopy(head, headAt, to, at, given);
      headAt += given;
      return given;
    }
    int read = in.read(to, at, (int) Math.min(length, passing));
    if (read < 0) {
      throw new EOFException("a zstd frame ends too early");
    }
    passing -= read;
    return read;
  }

  /** Looks at the next header; false at the stream's end. */
  private boolean advance() throws IOException {
    headAt = 0;
    headEnd = 0;
    if (!inFrame) {
      return nextFrame();
    }
    if (lastBlock) {
      inFrame = false;
      passing = checksum ? Integer.BYTES : 0;
      return true;
    }
    long header = number(3);
    lastBlock = (header & 1) != 0;
    passing = (header >> 1 & 3) == RUN_LENGTH_BLOCK ? 1 : header >> 3;
    return true;
  }

  private boolean nextFrame() throws IOException {
    int first = in.read();
    if (first < 0) {
      return false;
    }
    head[headEnd++] = (byte) first;
    long magic = first | number(3) << 8;
    if ((magic & SKIPPABLE_MASK) == SKIPPABLE) {
      long length = number(4);
      in.skipNBytes(length);
      headEnd = 0;
      return true;
    }
    if (magic != MAGIC) {
      throw new LayerException("bytes between zstd frames");
    }
    int descriptor = (int) number(1);
    boolean single = (descriptor >> 5 & 1) != 0;
    int size = SIZE_BYTES[descriptor >> 6];
    number((single ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3] + (single && size == 0 ? 1 : size));
    checksum = (descriptor >> 2 & 1) != 0;
    lastBlock = false;
    inFrame = true;
    return true;
  }

  /** Reads so many bytes ahead; as a number, lowest first. */
  private long number(int bytes) throws IOException {
    if (in.readNBytes(head, headEnd, bytes) < bytes) {
      throw new EOFException("a zstd frame ends too early");
    }
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | (head[headEnd + i] & 0xff);
    }
    headEnd += bytes;
    return value;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
