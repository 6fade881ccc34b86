package dev.wherry.machinery.informer;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Names of objects by keys that are computed from them. One thread writes, any may read. */
final class Indexes<T> {
  private final Map<String, Index<T>> byName = new HashMap<>();

  private record Index<T>(
      Function<T, ? extends Collection<String>> keys,
      Map<String, ConcurrentSkipListSet<ObjectKey>> entries) {}

  void add(String name, Function<T, ? extends Collection<String>> keys) {
    byName.put(name, new Index<>(keys, new ConcurrentHashMap<>()));
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  /**
   * @param before what the object was filed by until now; null for none
   */
  void put(ObjectKey key, @Nullable T before, T now) {
    for (Index<T> index : byName.values()) {
      Collection<String> wanted = index.keys().apply(now);
      for (String entry : wanted) {
        index.entries().computeIfAbsent(entry, e -> new ConcurrentSkipListSet<>()).add(key);
      }
      if (before != null) {
        remove(index, key, before, wanted);
      }
    }
  }

  void remove(ObjectKey key, T before) {
    for (Index<T> index : byName.values()) {
      remove(index, key, before, List.of());
    }
  }

  private static <T> void remove(Index<T> index, ObjectKey key, T before, Collection<String> kept) {
    for (String entry : index.keys().apply(before)) {
      if (!kept.contains(entry)) {
        index
            .entries()
            .computeIfPresent(
                entry,
                (e, keys) -> {
                  keys.remove(key);
                  return keys.isEmpty() ? null : keys;
                });
      }
    }
  }

  /**
   * The names filed under a key, in order.
   *
   * @throws IllegalArgumentException when there is no such index
   */
  Collection<ObjectKey> find(String index, String key) {
    ConcurrentSkipListSet<ObjectKey> keys = named(index).entries().get(key);
    return keys == null ? List.of() : keys;
  }

  /** Whether an object belongs under a key of an index. */
  boolean files(String index, String key, T object) {
    return named(index).keys().apply(object).contains(key);
  }

  private Index<T> named(String name) {
    Index<T> index = byName.get(name);
    if (index == null) {
      throw new IllegalArgumentException("no index " + name);
    }
    return index;
  }
}
