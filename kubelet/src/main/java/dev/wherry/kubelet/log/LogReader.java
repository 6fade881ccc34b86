package dev.wherry.kubelet.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Copies a container's log to a client. Blocking; one call per reader, on the reader's own virtual
 * thread. A followed file that is rotated is read to its end before the new one begins.
 */
public final class LogReader {
  /** How long a follower sleeps at most before it looks again by itself. */
  static final Duration RECHECK = Duration.ofSeconds(1);

  private final LogWatch watch;

  public LogReader(LogWatch watch) {
    this.watch = watch;
  }

  /**
   * Writes what the options ask for and returns at the end of the file, at the byte limit, or, when
   * following, once the container has ended and everything is written.
   *
   * @param alive whether the container may still write
   * @throws NoSuchFileException when there is no such log
   */
  public void copy(Path log, LogOptions options, BooleanSupplier alive, OutputStream out)
      throws IOException {
    LogWriter writer = new LogWriter(out, options);
    if (!options.follow()) {
      try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
        file.position(LogTail.offset(file, options.tailLines()));
        new Lines(file).drain(writer);
      }
      out.flush();
      return;
    }
    try (LogWatch.Signal signal = watch.directory(directory(log))) {
      follow(log, options, alive, out, writer, signal);
    }
  }

  /** The same as text, for messages; at most the options' byte limit. */
  public String text(Path log, LogOptions options) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    copy(log, options, () -> false, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void follow(
      Path log,
      LogOptions options,
      BooleanSupplier alive,
      OutputStream out,
      LogWriter writer,
      LogWatch.Signal signal)
      throws IOException {
    long tailLines = options.tailLines();
    boolean ended = false;
    while (!ended) {
      try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
        Object identity = identity(log);
        file.position(LogTail.offset(file, tailLines));
        Lines lines = new Lines(file);
        boolean rotated = false;
        while (!rotated && !ended) {
          boolean mayGrow = alive.getAsBoolean();
          rotated = !identity.equals(identityOrSame(log, identity));
          boolean full = !lines.drain(writer);
          out.flush();
          ended = full || (!mayGrow && !rotated);
          if (!ended && !rotated) {
            signal.await(RECHECK);
          }
        }
      }
      tailLines = -1;
    }
  }

  private static Path directory(Path log) {
    return java.util.Objects.requireNonNull(log.toAbsolutePath().getParent(), "a log is a file");
  }

  private static Object identity(Path log) throws IOException {
    return Files.readAttributes(log, BasicFileAttributes.class).fileKey();
  }

  /** Between the rename and the re-opening there is no file: the old one is still ours. */
  private static Object identityOrSame(Path log, Object same) throws IOException {
    try {
      return identity(log);
    } catch (NoSuchFileException _) {
      return same;
    }
  }

  /** Cuts a growing file into lines; an unfinished line waits for its end. */
  private static final class Lines {
    private static final int BLOCK_BYTES = 32 * 1024;

    /** CRI runtimes split at 16 KiB; a longer line is handed on in pieces. */
    private static final int LINE_BYTES_MAX = 256 * 1024;

    private final FileChannel file;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    private final java.io.ByteArrayOutputStream rest = new java.io.ByteArrayOutputStream();

    Lines(FileChannel file) {
      this.file = file;
    }

    /** Hands every whole line to the writer; false when the writer has had enough. */
    boolean drain(LogWriter writer) throws IOException {
      while (file.read(block.clear()) > 0) {
        block.flip();
        int lineStart = 0;
        for (int i = 0; i < block.limit(); i++) {
          if (block.get(i) == '\n' || rest.size() + i - lineStart >= LINE_BYTES_MAX) {
            rest.write(block.array(), lineStart, i + 1 - lineStart);
            lineStart = i + 1;
            byte[] line = rest.toByteArray();
            rest.reset();
            if (!writer.write(line)) {
              return false;
            }
          }
        }
        rest.write(block.array(), lineStart, block.limit() - lineStart);
      }
      return true;
    }
  }
}
