package dev.wherry.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends to a file and calls fdatasync: what one writer can have at best. */
final class BareDisk implements AutoCloseable {
  private final FileChannel file;

  BareDisk(Path folder) throws IOException {
    file =
        FileChannel.open(
            folder.resolve("fdatasync"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  Target target() {
    return new Target("fdatasync", (_, value) -> append(value), Cpu::own);
  }

  private void append(byte[] value) {
    try {
      file.write(ByteBuffer.wrap(value));
      file.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
