package dev.wherry.bench.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.ListResult;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchEvent;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** An API that only watches: first what it was given, then what it is told. */
final class ScriptedApi implements ApiClient {
  private final Map<Kind<?>, List<? extends KubeObject>> initial = new HashMap<>();
  private final Map<Kind<?>, WatchConsumer<?>> watchers = new HashMap<>();
  private final CountDownLatch watched;

  ScriptedApi(int kinds) {
    watched = new CountDownLatch(kinds);
  }

  /** What is there at the start. */
  synchronized <T extends KubeObject> void given(Kind<T> kind, List<T> objects) {
    initial.put(kind, List.copyOf(objects));
  }

  @SuppressWarnings("unchecked") // Filed under its own kind.
  @Override
  public <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    List<T> objects;
    synchronized (this) {
      watchers.put(kind, consumer);
      objects = (List<T>) initial.getOrDefault(kind, List.of());
    }
    Thread.ofVirtual()
        .start(() -> {
          objects.forEach(object -> consumer.event(new WatchEvent.Added<>(object)));
          consumer.event(new WatchEvent.Bookmark<>("1", true));
          watched.countDown();
        });
    return () -> {};
  }

  /** Waits until all kinds are watched. */
  void awaitWatched() throws InterruptedException {
    watched.await();
  }

  @SuppressWarnings("unchecked") // Filed under its own kind.
  <T extends KubeObject> void change(Kind<T> kind, T object) {
    @Nullable WatchConsumer<T> consumer;
    synchronized (this) {
      consumer = (WatchConsumer<T>) watchers.get(kind);
    }
    Objects.requireNonNull(consumer, "nobody watches").event(new WatchEvent.Modified<>(object));
  }

  private static UnsupportedOperationException never() {
    return new UnsupportedOperationException("the proxy only watches");
  }

  @Override
  public <T extends KubeObject> T get(Kind<T> kind, String namespace, String name) {
    throw never();
  }

  @Override
  public <T extends KubeObject> ListResult<T> list(
      Kind<T> kind, String namespace, ListOptions options) {
    throw never();
  }

  @Override
  public <T extends KubeObject> T create(Kind<T> kind, T object) {
    throw never();
  }

  @Override
  public <T extends KubeObject> T update(Kind<T> kind, T object) {
    throw never();
  }

  @Override
  public <T extends KubeObject> T updateStatus(Kind<T> kind, T object) {
    throw never();
  }

  @Override
  public <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource) {
    throw never();
  }

  @Override
  public void delete(Kind<?> kind, String namespace, String name, DeleteOptions options) {
    throw never();
  }

  @Override
  public void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options) {
    throw never();
  }

  @Override
  public JsonNode subresource(
      String verb,
      Kind<?> kind,
      String namespace,
      String name,
      String subresource,
      @Nullable JsonNode body) {
    throw never();
  }

  @Override
  public JsonNode raw(String method, String path, @Nullable JsonNode body) {
    throw never();
  }
}
