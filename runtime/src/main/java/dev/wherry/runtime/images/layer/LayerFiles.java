package dev.wherry.runtime.images.layer;

import dev.wherry.runtime.images.system.NewFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileStore;

/** Writes files' data through one buffer, and stops before the disk is full. */
final class LayerFiles implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final long LOOK_EVERY_BYTES = 64L << 20;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private final byte[] read = new byte[BUFFER_BYTES];
  private final LayerLimits limits;
  private final FileStore disk;
  private long written;
  private long lookAt;

  LayerFiles(LayerLimits limits, FileStore disk) {
    this.limits = limits;
    this.disk = disk;
  }

  void write(TarEntry entry, TarStream tar, NewFile file) throws IOException {
    if (entry.size() > limits.fileBytesMax() || entry.size() < 0) {
      throw new LayerException(
          "a file of " + entry.size() + " bytes is too large: " + entry.readable());
    }
    long end = 0;
    for (TarEntry.Piece piece : entry.pieces()) {
      // GNU tar ends a map with an empty piece at the file's end.
      end = piece.length() > 0 ? piece.offset() + piece.length() : end;
      copy(tar, file, piece);
    }
    if (entry.size() > end) {
      file.length(entry.size());
    }
  }

  private void copy(TarStream tar, NewFile file, TarEntry.Piece piece) throws IOException {
    long done = 0;
    while (done < piece.length()) {
      int filled = fill(tar, (int) Math.min(BUFFER_BYTES, piece.length() - done));
      if (written >= lookAt) {
        look();
      }
      MemorySegment.copy(read, 0, buffer, ValueLayout.JAVA_BYTE, 0, filled);
      file.write(buffer.asSlice(0, filled), piece.offset() + done);
      done += filled;
      written += filled;
    }
  }

  private int fill(TarStream tar, int wanted) throws IOException {
    int filled = 0;
    while (filled < wanted) {
      int more = tar.read(read, filled, wanted - filled);
      if (more < 0) {
        throw new LayerException("a sparse file's map does not fit its data");
      }
      filled += more;
    }
    return filled;
  }

  private void look() throws IOException {
    lookAt = written + LOOK_EVERY_BYTES;
    if (disk.getUsableSpace() < limits.freeBytesMin()) {
      throw new LayerException("no space left on the disk for the layer");
    }
  }

  long written() {
    return written;
  }

  @Override
  public void close() {
    arena.close();
  }
}
