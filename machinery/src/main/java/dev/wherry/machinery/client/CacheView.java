package dev.wherry.machinery.client;

import dev.wherry.model.kind.KubeObject;
import java.util.List;
import java.util.Optional;

/**
 * A consistent present view on the watch cache for one kind (and namespace). Objects are the
 * cache's own, decoded once. An informer over such a view keeps only names and index keys; its
 * events still come by {@link ApiClient#watch}. Reads never block and may be ahead of the events.
 */
public interface CacheView<T extends KubeObject> {
  Optional<T> get(String namespace, String name);

  /** Present objects in the order of namespace and name. */
  List<T> list();

  /** The revision of the newest object or bookmark the cache holds. */
  String resourceVersion();
}
