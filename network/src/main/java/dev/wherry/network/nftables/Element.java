package dev.wherry.network.nftables;

import dev.wherry.model.Bytes;

/** A member of a set, or an entry of a map. */
public record Element(Bytes key, Value value) {
  /** What a map gives for a key. */
  public sealed interface Value {
    /** A plain set's element. */
    record None() implements Value {}

    record Data(Bytes bytes) implements Value {}

    record Goes(Verdict verdict) implements Value {}
  }

  private static final Value NONE = new Value.None();

  public static Element of(Bytes key) {
    return new Element(key, NONE);
  }

  public static Element of(Bytes key, Bytes data) {
    return new Element(key, new Value.Data(data));
  }

  public static Element of(Bytes key, Verdict verdict) {
    return new Element(key, new Value.Goes(verdict));
  }
}
