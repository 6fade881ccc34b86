package dev.wherry.runtime.logs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The kubelet's log file: lines {@code TIMESTAMP STREAM TAG CONTENT}, tag P for a line that goes on
 * and F for one that is whole (kubernetes/design-proposals kubelet-cri-logging). Written by one
 * thread through a buffer.
 */
final class CriLogFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int TAIL_BYTES = 4 * 1024;
  private static final byte[] STDOUT_FULL = ascii(" stdout F ");
  private static final byte[] STDOUT_PARTIAL = ascii(" stdout P ");
  private static final byte[] STDERR_FULL = ascii(" stderr F ");
  private static final byte[] STDERR_PARTIAL = ascii(" stderr P ");

  private final Path path;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private FileChannel channel;

  private CriLogFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Opens for appending, cutting off a last line that was not written to its end. */
  static CriLogFile open(Path path) throws IOException {
    cutTornLine(path);
    return new CriLogFile(path, append(path));
  }

  private static FileChannel append(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  /** Flushes and goes on in a new file of the same name, after the old one was renamed. */
  void reopen() throws IOException {
    flush();
    FileChannel fresh = append(path);
    channel.close();
    channel = fresh;
  }

  void write(LogEntry entry) throws IOException {
    put(ByteBuffer.wrap(ascii(entry.timestamp())));
    byte[] tag =
        entry.stdout()
            ? (entry.partial() ? STDOUT_PARTIAL : STDOUT_FULL)
            : (entry.partial() ? STDERR_PARTIAL : STDERR_FULL);
    put(ByteBuffer.wrap(tag));
    put(entry.content().duplicate());
    put(ByteBuffer.wrap(new byte[] {'\n'}));
  }

  private void put(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > buffer.remaining()) {
      flush();
    }
    if (bytes.remaining() > buffer.remaining()) {
      writeAll(bytes);
    } else {
      buffer.put(bytes);
    }
  }

  void flush() throws IOException {
    buffer.flip();
    writeAll(buffer);
    buffer.clear();
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      flush();
    } finally {
      channel.close();
    }
  }

  /** The position after the file's last line; the start when it has none. */
  static LogPosition position(Path path) throws IOException {
    if (!Files.exists(path)) {
      return LogPosition.START;
    }
    try (var file = new RandomAccessFile(path.toFile(), "r")) {
      long end = file.length();
      LogPosition position = LogPosition.START;
      int count = 0;
      while (end > 0) {
        long start = lineStart(file, end - 1);
        String timestamp = timestamp(file, start, end);
        if (count > 0 && !timestamp.equals(position.timestamp())) {
          return position;
        }
        count++;
        position = new LogPosition(timestamp, count);
        end = start;
      }
      return position;
    }
  }

  private static String timestamp(RandomAccessFile file, long start, long end) throws IOException {
    byte[] head = new byte[(int) Math.min(64, end - start)];
    file.seek(start);
    file.readFully(head);
    String text = new String(head, StandardCharsets.US_ASCII);
    int space = text.indexOf(' ');
    return space < 0 ? "" : text.substring(0, space);
  }

  // The start of the line whose line feed stands at or after this offset.
  private static long lineStart(RandomAccessFile file, long lineFeedAt) throws IOException {
    byte[] chunk = new byte[TAIL_BYTES];
    long end = lineFeedAt;
    while (end > 0) {
      int length = (int) Math.min(TAIL_BYTES, end);
      file.seek(end - length);
      file.readFully(chunk, 0, length);
      for (int i = length - 1; i >= 0; i--) {
        if (chunk[i] == '\n') {
          return end - length + i + 1;
        }
      }
      end -= length;
    }
    return 0;
  }

  private static void cutTornLine(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      long length = file.length();
      if (length == 0) {
        return;
      }
      file.seek(length - 1);
      if (file.read() != '\n') {
        file.setLength(lineStart(file, length));
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
