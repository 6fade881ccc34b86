package dev.wherry.store.rocks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;

/**
 * Which revisions exist. They are reserved in durable blocks, so that after an unclean stop the
 * next one lies above all that a client can have seen, cheap ones included; what lies between is a
 * gap, and a watch from inside a gap is refused like one from before the horizon. Owned by the
 * writer after start-up.
 */
final class Revisions {
  private static final byte[] RESERVED = "reserved".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMPACTED = "compacted".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CLEAN = "clean".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WRITTEN = "written".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GAPS = "gaps".getBytes(StandardCharsets.US_ASCII);

  /** Gaps remembered; older ones lie before any horizon. */
  private static final int GAPS_MAX = 1_024;

  /** Revisions after {@code last} up to {@code lost} that may have been seen and are gone. */
  record Gap(long last, long lost) {}

  private final int blockSize;
  private final List<Gap> gaps = new ArrayList<>();
  private long reserved;
  private long reservedOnceWritten;
  private volatile long current;
  private volatile long compacted;
  private volatile List<Gap> visibleGaps = List.of();

  private Revisions(int blockSize) {
    this.blockSize = blockSize;
  }

  static Revisions load(Database database, int blockSize) {
    Revisions revisions = new Revisions(blockSize);
    revisions.readGaps(database);
    long last = Math.max(number(database.get(database.meta(), WRITTEN)), 1);
    long reserved = number(database.get(database.meta(), RESERVED));
    long clean = number(database.get(database.meta(), CLEAN));
    revisions.compacted = number(database.get(database.meta(), COMPACTED));
    if (clean >= last || reserved <= last) {
      revisions.current = Math.max(clean, last);
    } else {
      revisions.gaps.add(new Gap(last, reserved));
      revisions.current = reserved;
    }
    revisions.reserved = revisions.current;
    revisions.reservedOnceWritten = revisions.reserved;
    Batch batch = new Batch();
    batch.delete(database.meta(), CLEAN);
    revisions.writeGaps(database, batch);
    database.write(batch, true);
    return revisions;
  }

  private static long number(byte @Nullable [] bytes) {
    return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  long current() {
    return current;
  }

  long compacted() {
    return compacted;
  }

  /** Puts the newest revision of a batch into it, so that a snapshot knows its revision. */
  void stamp(Database database, Batch batch, long revision) {
    batch.put(database.meta(), WRITTEN, bytes(revision));
  }

  /** The newest revision that a snapshot holds. */
  long written(Database database, ReadOptions snapshot) {
    return number(database.get(database.meta(), snapshot, WRITTEN));
  }

  /** The batch with revisions up to this one was written. */
  void publish(long revision) {
    reserved = reservedOnceWritten;
    current = revision;
  }

  /** The batch was not written, so neither was a reservation in it. */
  void abandon() {
    reservedOnceWritten = reserved;
  }

  /**
   * Whether a client at this revision may have seen what is no more. One at the very edge of a gap
   * misses nothing.
   */
  boolean isLost(long revision) {
    return behindGap(revision) != revision;
  }

  /** The revision itself, or the end of the gap it lies in: a horizon must be one to go on from. */
  long behindGap(long revision) {
    for (Gap gap : visibleGaps) {
      if (revision > gap.last() && revision < gap.lost()) {
        return gap.lost();
      }
    }
    return revision;
  }

  /**
   * Makes sure that revisions up to {@code next} are reserved once the batch is written.
   *
   * @return whether the batch now has to be synced
   */
  boolean reserve(Database database, Batch batch, long next) {
    if (next <= reservedOnceWritten - blockSize / 2) {
      return false;
    }
    reservedOnceWritten = Math.max(reservedOnceWritten, next) + blockSize;
    batch.put(database.meta(), RESERVED, bytes(reservedOnceWritten));
    return true;
  }

  void compactTo(Database database, Batch batch, long revision) {
    batch.put(database.meta(), COMPACTED, bytes(revision));
  }

  void compactedTo(long revision) {
    compacted = revision;
  }

  /** The last words of an orderly stop. */
  void writeClean(Database database, Batch batch) {
    batch.put(database.meta(), CLEAN, bytes(current));
  }

  private void readGaps(Database database) {
    byte[] stored = database.get(database.meta(), GAPS);
    if (stored == null) {
      return;
    }
    ByteBuffer buffer = ByteBuffer.wrap(stored);
    while (buffer.hasRemaining()) {
      gaps.add(new Gap(buffer.getLong(), buffer.getLong()));
    }
  }

  private void writeGaps(Database database, Batch batch) {
    gaps.removeIf(gap -> gap.lost() <= compacted);
    while (gaps.size() > GAPS_MAX) {
      gaps.removeFirst();
    }
    visibleGaps = List.copyOf(gaps);
    ByteBuffer buffer = ByteBuffer.allocate(16 * gaps.size());
    gaps.forEach(gap -> buffer.putLong(gap.last()).putLong(gap.lost()));
    batch.put(database.meta(), GAPS, buffer.array());
  }
}
