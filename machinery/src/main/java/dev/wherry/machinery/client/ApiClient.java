package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Kubernetes API under one identity. Every call blocks until the server answered and throws
 * {@link ApiException} when it refused. A namespace is "" for kinds of cluster scope, and for all
 * namespaces where a collection is meant.
 */
public interface ApiClient {
  <T extends KubeObject> T get(Kind<T> kind, String namespace, String name);

  /** The same, or nothing where the server has no object of that name. */
  default <T extends KubeObject> Optional<T> find(Kind<T> kind, String namespace, String name) {
    try {
      return Optional.of(get(kind, namespace, name));
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  <T extends KubeObject> ListResult<T> list(Kind<T> kind, String namespace, ListOptions options);

  /**
   * Starts a watch and returns once the server accepted it. The consumer is called on one thread of
   * the client's; while it blocks, nothing more is read.
   */
  <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer);

  /** Creates the object in its own namespace and returns what the server stored. */
  <T extends KubeObject> T create(Kind<T> kind, T object);

  /** Replaces the object; a resourceVersion in it is a precondition. */
  <T extends KubeObject> T update(Kind<T> kind, T object);

  <T extends KubeObject> T updateStatus(Kind<T> kind, T object);

  /**
   * @param subresource none, or one such as {@code status}
   */
  <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource);

  void delete(Kind<?> kind, String namespace, String name, DeleteOptions options);

  /** Deletes all objects of a namespace ("" = everywhere) that the selectors choose. */
  void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options);

  /** The HTTP method of a verb of {@link #subresource}. */
  static String methodOf(String verb) {
    return switch (verb) {
      case "create" -> "POST";
      case "update" -> "PUT";
      case "get" -> "GET";
      default -> throw new IllegalArgumentException("no verb of subresources: " + verb);
    };
  }

  /**
   * A subresource of one object: {@code pods/binding}, {@code pods/eviction}, {@code
   * serviceaccounts/token}, {@code certificatesigningrequests/approval} and so on.
   *
   * @param verb {@code create}, {@code get} or {@code update}
   * @param body none for {@code get}
   */
  JsonNode subresource(
      String verb,
      Kind<?> kind,
      String namespace,
      String name,
      String subresource,
      @Nullable JsonNode body);

  /**
   * Any other request, such as discovery.
   *
   * @param method an HTTP method
   * @param path with query, such as {@code /apis?x=y}
   */
  JsonNode raw(String method, String path, @Nullable JsonNode body);

  /**
   * A client inside the API server's process offers the watch cache instead of copies.
   *
   * @param labelSelector "" for all
   * @param fieldSelector "" for all
   * @return empty where objects come over the network
   */
  default <T extends KubeObject> Optional<CacheView<T>> cacheView(
      Kind<T> kind, String namespace, String labelSelector, String fieldSelector) {
    return Optional.empty();
  }
}
