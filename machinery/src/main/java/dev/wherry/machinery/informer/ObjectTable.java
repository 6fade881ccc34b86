package dev.wherry.machinery.informer;

import dev.wherry.model.kind.KubeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Objects by key and by indexes. One thread writes, any may read. */
final class ObjectTable<T extends KubeObject> implements View<T> {
  private final ConcurrentSkipListMap<ObjectKey, T> objects = new ConcurrentSkipListMap<>();
  private final Indexes<T> indexes;

  ObjectTable(Indexes<T> indexes) {
    this.indexes = indexes;
  }

  @Nullable T put(T object) {
    ObjectKey key = ObjectKey.of(object);
    T before = objects.put(key, object);
    indexes.put(key, before, object);
    return before;
  }

  @Nullable T remove(ObjectKey key) {
    T before = objects.remove(key);
    if (before != null) {
      indexes.remove(key, before);
    }
    return before;
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
    List<T> found = new ArrayList<>();
    for (ObjectKey one : indexes.find(index, key)) {
      T object = objects.get(one);
      if (object != null) {
        found.add(object);
      }
    }
    return found;
  }
}
