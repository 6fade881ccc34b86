package dev.wherry.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One worker per data directory; the kernel lets the lock go with the process. */
record WorkerLock(FileChannel file) implements AutoCloseable {

  /**
   * @throws IOException when another worker has the directory
   */
  static WorkerLock take(Path dataDirectory) throws IOException {
    Files.createDirectories(dataDirectory);
    FileChannel file =
        FileChannel.open(
            dataDirectory.resolve("worker.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    if (tried(file) == null) {
      file.close();
      throw new IOException(
          dataDirectory + " is in use by another worker; stop it, or give another --data-dir");
    }
    return new WorkerLock(file);
  }

  private static @Nullable FileLock tried(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
