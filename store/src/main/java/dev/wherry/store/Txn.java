package dev.wherry.store;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All or nothing: when every comparison holds, every operation is carried out at one revision. */
public record Txn(List<Compare> compares, List<Op> ops, Durability durability) {
  /** Operations in one transaction. */
  public static final int OPS_MAX = 128;

  /** Bytes of a key in UTF-8: two names of 253, a group, a resource and room for a prefix. */
  public static final int KEY_BYTES_MAX = 2_048;

  /** Bytes of one value; the API server's own limit on a body is lower. */
  public static final int VALUE_BYTES_MAX = 16 << 20;

  public Txn {
    compares = List.copyOf(compares);
    ops = List.copyOf(ops);
    if (ops.isEmpty() || ops.size() > OPS_MAX) {
      throw new IllegalArgumentException(ops.size() + " operations are not in 1-" + OPS_MAX);
    }
    Set<String> keys = ops.size() > 1 ? new HashSet<>() : Set.of();
    for (Op op : ops) {
      checkKey(op.key());
      if (ops.size() > 1 && !keys.add(op.key())) {
        throw new IllegalArgumentException("two operations on the key " + op.key());
      }
      if (op instanceof Op.Put(String key, byte[] value) && value.length > VALUE_BYTES_MAX) {
        throw new IllegalArgumentException(
            "the value of " + key + " has " + value.length + " bytes; max " + VALUE_BYTES_MAX);
      }
    }
  }

  private static void checkKey(String key) {
    // A char is three bytes at most.
    int bytes =
        3 * key.length() <= KEY_BYTES_MAX
            ? key.length()
            : key.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > KEY_BYTES_MAX) {
      throw new IllegalArgumentException("a key of " + bytes + " bytes; 1-" + KEY_BYTES_MAX);
    }
    if (key.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a key with a zero byte");
    }
  }

  /** Bytes of keys and values: what a batch is bounded by. */
  public long sizeBytes() {
    long size = 0;
    for (Op op : ops) {
      size += op.key().length() + (op instanceof Op.Put(_, byte[] value) ? value.length : 0);
    }
    return size;
  }

  /**
   * @param modRevision 0 when the key must not exist
   */
  public record Compare(String key, long modRevision) {}

  /** One change. */
  public sealed interface Op {
    String key();

    /** Writes a value. */
    @SuppressWarnings("ArrayRecordComponent")
    record Put(String key, byte[] value) implements Op {}

    /** Removes a key; without effect, and without an event, where there is none. */
    record Delete(String key) implements Op {}
  }

  /** What may be lost when the power fails. A killed process loses neither. */
  public enum Durability {
    /** Nothing that was acknowledged. */
    SYNCED,
    /** The last moments: for heartbeats and events, which must not wear out a flash card. */
    CHEAP
  }

  /** Writes a key that must stand at a revision, or not exist (0). */
  public static Txn put(String key, byte[] value, long expectedRevision, Durability durability) {
    return new Txn(
        List.of(new Compare(key, expectedRevision)), List.of(new Op.Put(key, value)), durability);
  }

  /** Deletes a key that must stand at a revision. */
  public static Txn delete(String key, long expectedRevision, Durability durability) {
    return new Txn(
        List.of(new Compare(key, expectedRevision)), List.of(new Op.Delete(key)), durability);
  }
}
