package dev.wherry.machinery.informer;

import dev.wherry.model.kind.KubeObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Objects by key and by indexes. One thread writes, any may read. */
final class ObjectTable<T extends KubeObject> implements View<T> {
  private final ConcurrentSkipListMap<ObjectKey, T> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Index<T>> indexes = new HashMap<>();

  private record Index<T>(
      Function<T, ? extends Collection<String>> keys,
      Map<String, ConcurrentSkipListSet<ObjectKey>> entries) {}

  void addIndex(String name, Function<T, ? extends Collection<String>> keys) {
    indexes.put(name, new Index<>(keys, new ConcurrentHashMap<>()));
  }

  @Nullable T put(T object) {
    ObjectKey key = ObjectKey.of(object);
    T before = objects.put(key, object);
    for (Index<T> index : indexes.values()) {
      Collection<String> now = index.keys().apply(object);
      for (String entry : now) {
        index.entries().computeIfAbsent(entry, e -> new ConcurrentSkipListSet<>()).add(key);
      }
      if (before != null) {
        unindex(index, key, before, now);
      }
    }
    return before;
  }

  @Nullable T remove(ObjectKey key) {
    T before = objects.remove(key);
    if (before != null) {
      for (Index<T> index : indexes.values()) {
        unindex(index, key, before, List.of());
      }
    }
    return before;
  }

  private void unindex(Index<T> index, ObjectKey key, T before, Collection<String> kept) {
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

  List<ObjectKey> keys() {
    return List.copyOf(objects.keySet());
  }

  @Override
  public Optional<T> get(String namespace, String name) {
    return Optional.ofNullable(objects.get(new ObjectKey(namespace, name)));
  }

  @Override
  public List<T> list() {
    return List.copyOf(objects.values());
  }

  @Override
  public List<T> list(String namespace) {
    // No name sorts below "", no namespace between this one and the same followed by NUL.
    return List.copyOf(
        objects.subMap(new ObjectKey(namespace, ""), new ObjectKey(namespace + "\0", "")).values());
  }

  @Override
  public List<T> byIndex(String index, String key) {
    Index<T> entries = indexes.get(index);
    if (entries == null) {
      throw new IllegalArgumentException("no index " + index);
    }
    List<T> found = new ArrayList<>();
    ConcurrentSkipListSet<ObjectKey> keys = entries.entries().get(key);
    if (keys != null) {
      for (ObjectKey one : keys) {
        T object = objects.get(one);
        if (object != null) {
          found.add(object);
        }
      }
    }
    return found;
  }
}
