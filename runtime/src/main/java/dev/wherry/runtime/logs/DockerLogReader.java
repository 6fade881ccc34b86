package dev.wherry.runtime.logs;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads entries from Docker's log stream with timestamps. Without a terminal every entry is a frame
 * (stream, three zeros, length) that starts with its timestamp. With a terminal entries follow each
 * other bare: a line ends at its line feed, and one that Docker split, at its size.
 */
final class DockerLogReader {
  /** Docker splits a line at this many bytes of content. */
  static final int SPLIT_BYTES = 16 * 1024;

  /** A frame is one entry; Docker's are below {@link #SPLIT_BYTES} and a timestamp. */
  private static final int FRAME_BYTES_MAX = 1024 * 1024;

  private static final int STDERR = 2;

  private final DataInputStream in;
  private final boolean tty;

  DockerLogReader(InputStream in, boolean tty) {
    this.in = new DataInputStream(in);
    this.tty = tty;
  }

  /** The next entry; empty at the end of the log. A frame cut short counts as the end. */
  Optional<LogEntry> next() throws IOException {
    try {
      return tty ? bareEntry() : Optional.of(frame());
    } catch (EOFException e) {
      return Optional.empty();
    }
  }

  private LogEntry frame() throws IOException {
    int stream = in.readUnsignedByte();
    in.readUnsignedByte();
    in.readUnsignedShort();
    int length = in.readInt();
    if (length < 0 || length > FRAME_BYTES_MAX) {
      throw new IOException("a log frame of " + Integer.toUnsignedString(length) + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return entry(bytes, length, stream != STDERR);
  }

  private Optional<LogEntry> bareEntry() throws IOException {
    var bytes = new ByteArrayOutputStream();
    int contentStart = -1;
    for (int b = in.read(); b >= 0; b = in.read()) {
      bytes.write(b);
      if (b == ' ' && contentStart < 0) {
        contentStart = bytes.size();
      }
      boolean split = contentStart >= 0 && bytes.size() - contentStart == SPLIT_BYTES;
      if (b == '\n' || split) {
        return Optional.of(entry(bytes.toByteArray(), bytes.size(), true));
      }
    }
    return bytes.size() == 0
        ? Optional.empty()
        : Optional.of(entry(bytes.toByteArray(), bytes.size(), true));
  }

  private static LogEntry entry(byte[] bytes, int length, boolean stdout) throws IOException {
    int space = 0;
    while (space < length && bytes[space] != ' ') {
      space++;
    }
    if (space == length) {
      throw new IOException("a log entry without a timestamp");
    }
    boolean partial = bytes[length - 1] != '\n';
    int start = space + 1;
    int end = partial ? length : length - 1;
    return new LogEntry(
        new String(bytes, 0, space, StandardCharsets.US_ASCII),
        stdout,
        partial,
        ByteBuffer.wrap(bytes, start, Math.max(0, end - start)));
  }
}
