package dev.wherry.network.nftables;

import java.util.List;

/**
 * A set, map or verdict map.
 *
 * @param key the parts of a key
 */
public record SetSpec(String name, List<DataType> key, Kind kind) {
  public SetSpec {
    key = List.copyOf(key);
  }

  /** What is kept beside a key. */
  public sealed interface Kind {
    record Members() implements Kind {}

    record VerdictMap() implements Kind {}

    record DataMap(List<DataType> value) implements Kind {
      public DataMap {
        value = List.copyOf(value);
      }
    }

    /** A map that packets fill; entries end by themselves. */
    record LearnedMap(List<DataType> value) implements Kind {
      public LearnedMap {
        value = List.copyOf(value);
      }
    }
  }

  public static SetSpec set(String name, List<DataType> key) {
    return new SetSpec(name, key, new Kind.Members());
  }

  public static SetSpec verdicts(String name, List<DataType> key) {
    return new SetSpec(name, key, new Kind.VerdictMap());
  }

  public static SetSpec map(String name, List<DataType> key, List<DataType> value) {
    return new SetSpec(name, key, new Kind.DataMap(value));
  }

  public static SetSpec learned(String name, List<DataType> key, List<DataType> value) {
    return new SetSpec(name, key, new Kind.LearnedMap(value));
  }
}
