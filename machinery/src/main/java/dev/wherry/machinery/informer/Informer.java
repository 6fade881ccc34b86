package dev.wherry.machinery.informer;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Holds all objects of a kind within a scope, kept up to date by a watch, and tells their changes
 * to handlers in order. Handlers run on the informer's thread: they put a key into a queue and
 * return. Objects are those the client hands over: in process the watch cache's own, not copies.
 */
public final class Informer<T extends KubeObject> implements View<T>, AutoCloseable {
  private static final Logger LOG = System.getLogger(Informer.class.getName());

  private final Kind<T> kind;
  private final ObjectTable<T> table = new ObjectTable<>();
  private final List<Consumer<Change<T>>> handlers = new CopyOnWriteArrayList<>();
  private final CountDownLatch synced = new CountDownLatch(1);
  private final Reflector<T> reflector;

  public Informer(ApiClient client, Kind<T> kind, Scope scope, Timer timer) {
    this.kind = kind;
    this.reflector = new Reflector<>(client, kind, scope, timer, new Table());
  }

  /** Starts an informer without indexes; its handlers see every object from the first on. */
  public static <T extends KubeObject> Informer<T> start(
      ApiClient client, Kind<T> kind, Scope scope, Timer timer) {
    return new Informer<>(client, kind, scope, timer).start();
  }

  /** Adds an index; only before the start. */
  public Informer<T> index(String name, Function<T, ? extends Collection<String>> keys) {
    table.addIndex(name, keys);
    return this;
  }

  /** Adds a handler; only before the start. */
  public Informer<T> onChange(Consumer<Change<T>> handler) {
    handlers.add(handler);
    return this;
  }

  public Informer<T> start() {
    reflector.start();
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
    return table.get(namespace, name);
  }

  /**
   * The object as the server has it now, be the view behind or not.
   *
   * @param asking under whose identity
   */
  public Optional<T> fresh(ApiClient asking, String namespace, String name) {
    Optional<CacheView<T>> cache = asking.cacheView(kind, namespace);
    if (cache.isPresent()) {
      return cache.get().get(namespace, name);
    }
    try {
      return Optional.of(asking.get(kind, namespace, name));
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public List<T> list() {
    return table.list();
  }

  @Override
  public List<T> list(String namespace) {
    return table.list(namespace);
  }

  @Override
  public List<T> byIndex(String index, String key) {
    return table.byIndex(index, key);
  }

  @Override
  public void close() {
    reflector.close();
  }

  private void tell(Change<T> change) {
    for (Consumer<Change<T>> handler : handlers) {
      try {
        handler.accept(change);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "informer handler failed kind=" + kind, e);
      }
    }
  }

  /** Where the reflector's thread writes. */
  private final class Table implements Reflector.Sink<T> {
    @Override
    public void put(T object) {
      T before = table.put(object);
      if (before == null) {
        tell(new Change.Added<>(object));
      } else if (!before.metadata().resourceVersion().equals(object.metadata().resourceVersion())) {
        tell(new Change.Updated<>(before, object));
      }
    }

    @Override
    public void remove(T object) {
      if (table.remove(ObjectKey.of(object)) != null) {
        tell(new Change.Removed<>(object));
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
            tell(new Change.Removed<>(gone));
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
