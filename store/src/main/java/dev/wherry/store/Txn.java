package dev.wherry.store;

import java.util.List;

/** All or nothing: when every comparison holds, every operation is carried out at one revision. */
public record Txn(List<Compare> compares, List<Op> ops, Durability durability) {
  /** Operations in one transaction. */
  public static final int OPS_MAX = 128;

  public Txn {
    compares = List.copyOf(compares);
    ops = List.copyOf(ops);
    if (ops.isEmpty() || ops.size() > OPS_MAX) {
      throw new IllegalArgumentException(ops.size() + " operations are not in 1-" + OPS_MAX);
    }
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
