package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How keys and records look on disk; a change of any of it is a new {@link DataDirectory#VERSION}.
 *
 * <pre>
 * latest  key       -> position, and a byte more where that version is a deletion
 * log     position  -> type(1) previous(12) create(8) version(8) keyLength(2) key value
 * position = revision(8) number within the transaction(4), big endian
 * </pre>
 *
 * From its newest version a key's older ones are found by following {@code previous}, deletions
 * among them, down to the horizon.
 */
final class Layout {
  static final int POSITION_BYTES = 12;
  private static final byte PUT = 1;
  private static final byte DELETE = 2;
  private static final int HEADER_BYTES = 1 + POSITION_BYTES + 8 + 8 + 2;

  private Layout() {}

  /** Where a version stands in the log. */
  record Position(long revision, int number) {
    static final Position NONE = new Position(0, 0);

    byte[] bytes() {
      return ByteBuffer.allocate(POSITION_BYTES).putLong(revision).putInt(number).array();
    }

    static Position of(byte[] bytes, int offset) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, POSITION_BYTES);
      return new Position(buffer.getLong(), buffer.getInt());
    }

    boolean isNone() {
      return revision == 0;
    }
  }

  /** One record of the log. */
  @SuppressWarnings("ArrayRecordComponent")
  record LogRecord(
      boolean deletion,
      Position previous,
      long createRevision,
      long version,
      String key,
      byte[] value) {
    Entry entry(long revision) {
      return new Entry(key, value, createRevision, revision, version);
    }
  }

  static byte[] key(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  static String key(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  /** What {@code latest} holds of a key that was deleted: it goes when the horizon passes it. */
  static byte[] deletedAt(Position position) {
    return Arrays.copyOf(position.bytes(), POSITION_BYTES + 1);
  }

  /** Whether a value of {@code latest} is a deletion's. */
  static boolean isDeletion(byte[] latest) {
    return latest.length > POSITION_BYTES;
  }

  /**
   * The key of the log's entry.
   *
   * @param latest a value of {@code latest}
   */
  static byte[] logKey(byte[] latest) {
    return isDeletion(latest) ? Arrays.copyOf(latest, POSITION_BYTES) : latest;
  }

  /** Bytes of a record. */
  static int recordBytes(byte[] key, byte[] value) {
    return HEADER_BYTES + key.length + value.length;
  }

  /**
   * @param key the record's, as bytes
   * @param into has room for {@link #recordBytes}
   */
  static void record(LogRecord record, byte[] key, ByteBuffer into) {
    into.put(record.deletion() ? DELETE : PUT)
        .putLong(record.previous().revision())
        .putInt(record.previous().number())
        .putLong(record.createRevision())
        .putLong(record.version())
        .putShort((short) key.length)
        .put(key)
        .put(record.value());
  }

  static LogRecord record(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    boolean deletion = buffer.get() == DELETE;
    Position previous = new Position(buffer.getLong(), buffer.getInt());
    long create = buffer.getLong();
    long version = buffer.getLong();
    byte[] key = new byte[Short.toUnsignedInt(buffer.getShort())];
    buffer.get(key);
    byte[] value = new byte[buffer.remaining()];
    buffer.get(value);
    return new LogRecord(deletion, previous, create, version, key(key), value);
  }
}
