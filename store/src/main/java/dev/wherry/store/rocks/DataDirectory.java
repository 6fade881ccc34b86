package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A store's folder: held by one process, of a version that this program knows. */
final class DataDirectory implements AutoCloseable {
  /**
   * 2: batches lie in a journal of our own, no longer in the database's log. 3: older versions of a
   * key are found from its newest; there is no index of them.
   */
  static final int VERSION = 3;

  private final Path folder;
  private final FileChannel channel;

  private DataDirectory(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * @throws StoreException.Refused when it is in use, from a newer program or not readable
   */
  static DataDirectory open(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("wherry.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      DataDirectory directory = new DataDirectory(folder, channel);
      try {
        directory.lock();
        directory.checkVersion();
      } catch (StoreException | IOException e) {
        channel.close();
        throw e;
      }
      return directory;
    } catch (IOException e) {
      throw new StoreException.Refused(
          "cannot use data directory " + folder + ": " + e.getMessage(), e);
    }
  }

  Path database() {
    return databaseOf(folder);
  }

  Path journal() {
    return folder.resolve("journal");
  }

  static Path databaseOf(Path folder) {
    return folder.resolve("db");
  }

  /** Makes the folder's own entries survive a power cut, once everything is in it. */
  void persist() {
    try {
      sync(folder);
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        sync(parent);
      }
    } catch (IOException e) {
      throw new StoreException.Refused("cannot sync data directory " + folder, e);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * @throws StoreException.Refused when there is something already
   */
  static void beginCopy(Path folder) {
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw new StoreException.Refused(
          "cannot write a copy to " + folder + ": name a folder that does not exist yet", e);
    }
  }

  /** Last, so that a copy without it is known to be incomplete. */
  static void finishCopy(Path folder) {
    try {
      writeVersion(folder);
      sync(folder);
    } catch (IOException e) {
      throw new StoreException.Unavailable("cannot finish the copy in " + folder, e);
    }
  }

  private static void writeVersion(Path folder) throws IOException {
    Path written = folder.resolve("VERSION.new");
    Files.writeString(written, VERSION + "\n");
    try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(written, folder.resolve("VERSION"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void lock() throws IOException {
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new StoreException.Refused(
          "data directory " + folder + " is in use by another wherry: stop it first");
    }
  }

  private void checkVersion() throws IOException {
    Path file = folder.resolve("VERSION");
    if (!Files.exists(file)) {
      if (Files.exists(database().resolve("CURRENT"))) {
        throw new StoreException.Refused(
            "data directory " + folder + " has a database but no VERSION: it is not Wherry's");
      }
      writeVersion(folder);
      sync(folder);
      return;
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII).trim();
    if (!text.matches("[0-9]{1,6}")) {
      throw new StoreException.Refused("VERSION in " + folder + " is damaged: restore a backup");
    }
    if (Integer.parseInt(text) > VERSION) {
      throw new StoreException.Refused(
          "data directory " + folder + " was written by a newer wherry: use that version");
    }
    if (Integer.parseInt(text) < VERSION) {
      // An older program would not see what the journal holds.
      writeVersion(folder);
      sync(folder);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreException.Unavailable("cannot release " + folder, e);
    }
  }
}
