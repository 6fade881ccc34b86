package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.apiserver.request.Query;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.ListResult;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The whole API for a component in the server's process: its own kinds from memory, those of other
 * servers over their connections, as a client from outside would have them.
 *
 * @param own answers for the kinds of this server
 * @param others asks the servers of the other kinds
 */
record AggregatedApiClient(ApiClient own, ApiClient others, Aggregator aggregator)
    implements ApiClient {
  private boolean isElsewhere(Kind<?> kind) {
    return aggregator.remote(kind.info().basePath()).isPresent();
  }

  private ApiClient of(Kind<?> kind) {
    return isElsewhere(kind) ? others : own;
  }

  @Override
  public <T extends KubeObject> T get(Kind<T> kind, String namespace, String name) {
    return of(kind).get(kind, namespace, name);
  }

  @Override
  public <T extends KubeObject> ListResult<T> list(
      Kind<T> kind, String namespace, ListOptions options) {
    return of(kind).list(kind, namespace, options);
  }

  /**
   * {@inheritDoc} Of other servers' kinds nobody gets the present objects by a watch: a server that
   * does not know WatchList would leave whoever asks waiting.
   */
  @Override
  public <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    if (options.sendInitialEvents() && isElsewhere(kind)) {
      throw ApiException.badRequest("sendInitialEvents is not sent on to other servers");
    }
    return of(kind).watch(kind, namespace, options, consumer);
  }

  @Override
  public <T extends KubeObject> T create(Kind<T> kind, T object) {
    return of(kind).create(kind, object);
  }

  @Override
  public <T extends KubeObject> T update(Kind<T> kind, T object) {
    return of(kind).update(kind, object);
  }

  @Override
  public <T extends KubeObject> T updateStatus(Kind<T> kind, T object) {
    return of(kind).updateStatus(kind, object);
  }

  @Override
  public <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource) {
    return of(kind).patch(kind, namespace, name, type, patch, subresource);
  }

  @Override
  public void delete(Kind<?> kind, String namespace, String name, DeleteOptions options) {
    of(kind).delete(kind, namespace, name, options);
  }

  @Override
  public void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options) {
    of(kind).deleteCollection(kind, namespace, selection, options);
  }

  @Override
  public JsonNode subresource(
      String verb,
      Kind<?> kind,
      String namespace,
      String name,
      String subresource,
      @Nullable JsonNode body) {
    return of(kind).subresource(verb, kind, namespace, name, subresource, body);
  }

  /** {@inheritDoc} Discovery tells of all kinds and is answered here. */
  @Override
  public JsonNode raw(String method, String path, @Nullable JsonNode body) {
    String only = Query.path(path);
    boolean elsewhere = aggregator.remote(only).isPresent() && !Discovery.serves(only);
    return (elsewhere ? others : own).raw(method, path, body);
  }

  @Override
  public <T extends KubeObject> Optional<CacheView<T>> cacheView(
      Kind<T> kind, String namespace, String labelSelector, String fieldSelector) {
    return of(kind).cacheView(kind, namespace, labelSelector, fieldSelector);
  }
}
