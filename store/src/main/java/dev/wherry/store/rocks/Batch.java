package dev.wherry.store.rocks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.rocksdb.ColumnFamilyHandle;

/**
 * Changes that go together, in RocksDB's own serialised form: sequence (8, zero), count (4, little
 * endian), then for each change a type, the family, the key and, for a put, the value, with lengths
 * as varints. Built here, since a native call for each change costs more than the change. The same
 * bytes go into the {@link Journal}.
 */
final class Batch {
  private static final int COUNT_AT = 8;
  private static final int HEADER_BYTES = 12;
  private static final int FIRST_BYTES = 4 << 10;
  private static final int KEPT_BYTES_MAX = 256 << 10;
  private static final byte DELETION = 0x4;
  private static final byte VALUE = 0x5;

  /** A type, a family and two lengths. */
  private static final int ENTRY_OVERHEAD_BYTES_MAX = 16;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length = HEADER_BYTES;
  private int count;

  void put(ColumnFamilyHandle family, byte[] key, byte[] value) {
    put(family, key, value.length).put(value);
  }

  /**
   * @return where the value's bytes have to be put, all of them before the next change
   */
  ByteBuffer put(ColumnFamilyHandle family, byte[] key, int valueBytes) {
    begin(VALUE, family.getID(), key, valueBytes);
    varint(valueBytes);
    ByteBuffer value = ByteBuffer.wrap(bytes, length, valueBytes);
    length += valueBytes;
    return value;
  }

  void delete(ColumnFamilyHandle family, byte[] key) {
    begin(DELETION, family.getID(), key, 0);
  }

  /** Empties it for other changes; one that grew large does not keep its room. */
  void clear() {
    if (bytes.length > KEPT_BYTES_MAX) {
      bytes = new byte[FIRST_BYTES];
    }
    length = HEADER_BYTES;
    count = 0;
  }

  private void begin(byte type, int family, byte[] key, int more) {
    int needed = Math.addExact(length, ENTRY_OVERHEAD_BYTES_MAX + key.length + more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    bytes[length++] = type;
    varint(family);
    varint(key.length);
    append(key);
    count++;
  }

  private void append(byte[] what) {
    System.arraycopy(what, 0, bytes, length, what.length);
    length += what.length;
  }

  private void varint(int number) {
    int rest = number;
    while (rest >= 0x80) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The serialised form. */
  byte[] toBytes() {
    bytes[COUNT_AT] = (byte) count;
    bytes[COUNT_AT + 1] = (byte) (count >>> 8);
    bytes[COUNT_AT + 2] = (byte) (count >>> 16);
    bytes[COUNT_AT + 3] = (byte) (count >>> 24);
    return Arrays.copyOf(bytes, length);
  }
}
