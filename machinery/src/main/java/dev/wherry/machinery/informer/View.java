package dev.wherry.machinery.informer;

import java.util.List;
import java.util.Optional;

/** What is known of the objects of one kind. Reads never block. */
public interface View<T> {
  Optional<T> get(String namespace, String name);

  default Optional<T> get(ObjectKey key) {
    return get(key.namespace(), key.name());
  }

  /** All objects in the order of namespace and name. */
  List<T> list();

  /** The objects of one namespace in the order of their names. */
  List<T> list(String namespace);

  /**
   * The objects that an index files under a key.
   *
   * @throws IllegalArgumentException when there is no such index
   */
  List<T> byIndex(String index, String key);
}
