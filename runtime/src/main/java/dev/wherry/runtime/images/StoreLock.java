package dev.wherry.runtime.images;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The right to change a store, against other processes by a file's lock and against other threads
 * of this one by a lock in memory, since Java refuses a file's lock that the process has already.
 */
final class StoreLock implements AutoCloseable {
  private static final Map<Path, ReentrantLock> OURS = new ConcurrentHashMap<>();

  private final ReentrantLock ours;
  private final FileChannel file;

  private StoreLock(ReentrantLock ours, FileChannel file) {
    this.ours = ours;
    this.file = file;
  }

  /**
   * Waits for the lock.
   *
   * @throws IOException also when a newer Wherry's layout is there
   */
  static StoreLock take(Path directory) throws IOException {
    Files.createDirectories(directory);
    ReentrantLock ours = OURS.computeIfAbsent(directory.toRealPath(), _ -> new ReentrantLock());
    ours.lock();
    try {
      FileChannel file =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      StoreLock taken = new StoreLock(ours, file);
      try {
        file.lock();
        StoreLayout.check(directory);
        return taken;
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      ours.unlock();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      // Closing the channel lets the file's lock go.
      file.close();
    } finally {
      ours.unlock();
    }
  }
}
