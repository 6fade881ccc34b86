package dev.wherry.machinery.client;

import dev.wherry.model.kind.KubeObject;
import java.util.List;
import java.util.Optional;

/**
 * The API server's watch cache for one kind within a scope, as a client in the server's process
 * sees it. Objects are the cache's own, decoded at most once for all who look. Reads never block;
 * they show what was acknowledged, and may be ahead of what {@link #follow} has told. Nothing is
 * shown before the first {@code follow} was admitted.
 */
public interface CacheView<T extends KubeObject> {
  Optional<T> get(String namespace, String name);

  /** All objects in the order of namespace and name. */
  List<T> list();

  /** The objects of one namespace in the order of their names. */
  List<T> list(String namespace);

  /**
   * Begins to tell every present object, then every change.
   *
   * @throws dev.wherry.model.status.ApiException FORBIDDEN when the client's identity may not list
   *     and watch
   */
  CacheFeed<T> follow();
}
