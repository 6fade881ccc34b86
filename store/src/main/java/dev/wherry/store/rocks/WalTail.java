package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cuts rubbish off the write-ahead log that RocksDB 11.8 would read for ever (its issue 13333): a
 * header of a recycled record, which we never write. What lies behind it RocksDB would drop anyway.
 * Everything else that may be wrong with a log is left to RocksDB.
 */
final class WalTail {
  private static final int BLOCK_BYTES = 32 << 10;

  /** Checksum (4), length (2, little endian), type (1): RocksDB's log format. */
  private static final int HEADER_BYTES = 7;

  private static final int FIRST_RECYCLED_TYPE = 5;
  private static final int LAST_RECYCLED_TYPE = 8;
  private static final long NONE = -1;

  private WalTail() {}

  /**
   * @throws StoreException.Refused when such rubbish lies in a log that is not the newest, where
   *     later writes follow it
   */
  static void cutRubbish(Path folder) {
    try {
      List<Path> logs = logs(folder);
      for (Path log : logs) {
        try (FileChannel file =
            FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          long rubbish = rubbish(file);
          if (rubbish == NONE) {
            continue;
          }
          if (!log.equals(logs.getLast())) {
            throw new StoreException.Refused(
                log + " is damaged; put back a copy, or move the folder away to begin anew");
          }
          file.truncate(rubbish);
          file.force(true);
        }
      }
    } catch (IOException e) {
      throw new StoreException.Refused("cannot read the logs in " + folder, e);
    }
  }

  private static List<Path> logs(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      // Numbers with leading zeros, so that names sort as they were written.
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  private static long rubbish(FileChannel file) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long size = file.size();
    long at = 0;
    while (at + HEADER_BYTES <= size) {
      int left = BLOCK_BYTES - (int) (at % BLOCK_BYTES);
      if (left < HEADER_BYTES) {
        at += left;
        continue;
      }
      file.read(header.clear(), at);
      int length = Short.toUnsignedInt(header.getShort(4));
      int type = Byte.toUnsignedInt(header.get(6));
      if (type >= FIRST_RECYCLED_TYPE && type <= LAST_RECYCLED_TYPE) {
        return at;
      }
      if (type == 0 || length > left - HEADER_BYTES) {
        return NONE;
      }
      at += HEADER_BYTES + length;
    }
    return NONE;
  }
}
