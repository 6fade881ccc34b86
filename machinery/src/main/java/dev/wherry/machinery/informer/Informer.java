package dev.wherry.machinery.informer;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Shows all objects of a kind within a scope and tells their changes to handlers in order. Handlers
 * run on the informer's thread: they put a key into a queue and return. Over the network it holds
 * the objects, kept up to date by a watch. In the API server's process it is a view of the server's
 * cache: reads show what was acknowledged, also before the handlers have heard of it.
 */
public final class Informer<T extends KubeObject> implements View<T>, AutoCloseable {
  private final Kind<T> kind;
  private final Indexes<T> indexes = new Indexes<>();
  private final Handlers<T> handlers;
  private final CountDownLatch synced = new CountDownLatch(1);
  private final View<T> view;
  private final Mirror mirror;

  public Informer(ApiClient client, Kind<T> kind, Scope scope, Timer timer) {
    this.kind = kind;
    this.handlers = new Handlers<>(kind.toString());
    Optional<CacheView<T>> cache =
        client.cacheView(kind, scope.namespace(), scope.labelSelector(), scope.fieldSelector());
    if (cache.isPresent()) {
      CacheMirror<T> live =
          new CacheMirror<>(
              kind.toString(), cache.get(), indexes, handlers, synced::countDown, timer);
      view = live;
      mirror = live;
    } else {
      ObjectTable<T> table = new ObjectTable<>(indexes);
      view = table;
      mirror = new Reflector<>(client, kind, scope, timer, new Copying(table));
    }
  }

  /**
   * An informer that holds its objects and is told of them by its maker.
   *
   * @param feed gets the place to tell them to and returns who does
   */
  Informer(Kind<T> kind, Function<Reflector.Sink<T>, Mirror> feed) {
    this.kind = kind;
    this.handlers = new Handlers<>(kind.toString());
    ObjectTable<T> table = new ObjectTable<>(indexes);
    view = table;
    mirror = feed.apply(new Copying(table));
  }

  /** Starts an informer without indexes; its handlers see every object from the first on. */
  public static <T extends KubeObject> Informer<T> start(
      ApiClient client, Kind<T> kind, Scope scope, Timer timer) {
    return new Informer<>(client, kind, scope, timer).start();
  }

  /** Adds an index; only before the start. */
  public Informer<T> index(String name, Function<T, ? extends Collection<String>> keys) {
    indexes.add(name, keys);
    return this;
  }

  /** Adds a handler; only before the start. */
  public Informer<T> onChange(Consumer<Change<T>> handler) {
    handlers.add(handler);
    return this;
  }

  public Informer<T> start() {
    mirror.start();
    return this;
  }

  public Kind<T> kind() {
    return kind;
  }

  /** All objects that were there at the start are in the view and were told to the handlers. */
  public boolean hasSynced() {
    return synced.getCount() == 0;
  }

  /**
   * @return false when the time was too short
   */
  public boolean awaitSynced(Duration atMost) throws InterruptedException {
    return synced.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Optional<T> get(String namespace, String name) {
    return view.get(namespace, name);
  }

  /**
   * The object as the server has it now, be the view behind or not.
   *
   * @param asking under whose identity
   */
  public Optional<T> fresh(ApiClient asking, String namespace, String name) {
    return asking.find(kind, namespace, name);
  }

  @Override
  public List<T> list() {
    return view.list();
  }

  @Override
  public List<T> list(String namespace) {
    return view.list(namespace);
  }

  @Override
  public List<T> byIndex(String index, String key) {
    return view.byIndex(index, key);
  }

  @Override
  public void close() {
    mirror.close();
  }

  /** Where the reflector's thread writes. */
  private final class Copying implements Reflector.Sink<T> {
    private final ObjectTable<T> table;

    Copying(ObjectTable<T> table) {
      this.table = table;
    }

    @Override
    public void put(T object) {
      T before = table.put(object);
      if (before == null) {
        handlers.tell(new Change.Added<>(object));
      } else if (!before.metadata().resourceVersion().equals(object.metadata().resourceVersion())) {
        handlers.tell(new Change.Updated<>(before, object));
      }
    }

    @Override
    public void remove(T object) {
      if (table.remove(ObjectKey.of(object)) != null) {
        handlers.tell(new Change.Removed<>(object));
      }
    }

    @Override
    public void replace(List<T> objects) {
      Set<ObjectKey> present = new HashSet<>();
      objects.forEach(object -> present.add(ObjectKey.of(object)));
      for (ObjectKey key : table.keys()) {
        if (!present.contains(key)) {
          T gone = table.remove(key);
          if (gone != null) {
            handlers.tell(new Change.Removed<>(gone));
          }
        }
      }
      for (T object : objects) {
        replaceOne(object);
      }
      synced.countDown();
    }

    /** One name can have passed from one object to another while nobody watched. */
    private void replaceOne(T object) {
      Optional<T> before = table.get(object.metadata().namespace(), object.metadata().name());
      if (before.isPresent() && !before.get().metadata().uid().equals(object.metadata().uid())) {
        remove(before.get());
      }
      put(object);
    }
  }
}
