package dev.wherry.machinery.informer;

import dev.wherry.machinery.client.CacheFeed;
import dev.wherry.machinery.client.CacheFeed.Event;
import dev.wherry.machinery.client.CacheFeed.Item;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An informer over the API server's own cache: reads go through to it, changes come from its feed.
 * Of its own it has the indexes, and which version of each object was told last; neither bytes nor
 * objects are copied. One virtual thread owns that state.
 */
final class CacheMirror<T extends KubeObject> implements View<T>, Mirror {
  /** Events handled before the feed is asked again. */
  private static final int EVENTS_AT_ONCE_MAX = 256;

  private static final Logger LOG = System.getLogger(CacheMirror.class.getName());

  private final String about;
  private final CacheView<T> cache;
  private final Indexes<T> indexes;
  private final Handlers<T> handlers;
  private final Runnable synced;
  private final Timer timer;
  private final Thread thread;
  private final Map<ObjectKey, Item<T>> told = new HashMap<>();

  /**
   * @param about the kind, for the log
   * @param synced called when all that was present has been told
   */
  CacheMirror(
      String about,
      CacheView<T> cache,
      Indexes<T> indexes,
      Handlers<T> handlers,
      Runnable synced,
      Timer timer) {
    this.about = about;
    this.cache = cache;
    this.indexes = indexes;
    this.handlers = handlers;
    this.synced = synced;
    this.timer = timer;
    this.thread = Thread.ofVirtual().name("view-" + about).unstarted(this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    Rests rests = new Rests(timer);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Instant started = timer.instant();
        try {
          followUntilLost();
          continue;
        } catch (ApiException e) {
          LOG.log(Level.WARNING, "informer refused kind={0} why={1}", about, e.text());
        } catch (RuntimeException e) {
          LOG.log(Level.WARNING, "informer failed kind=" + about, e);
        }
        rests.after(started);
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void followUntilLost() throws InterruptedException {
    List<Item<T>> present = new ArrayList<>();
    boolean complete = false;
    try (CacheFeed<T> feed = cache.follow()) {
      while (true) {
        for (Event<T> event : feed.take(EVENTS_AT_ONCE_MAX)) {
          switch (event) {
            case Event.Stored<T>(Item<T> item) -> {
              if (complete) {
                stored(item);
              } else {
                present.add(item);
              }
            }
            case Event.Gone<T>(Item<T> last) -> gone(keyOf(last), last);
            case Event.Complete<T>() -> {
              replace(present);
              present = List.of();
              complete = true;
            }
            case Event.Lost<T>() -> {
              return;
            }
          }
        }
      }
    }
  }

  private static ObjectKey keyOf(Item<?> item) {
    return new ObjectKey(item.namespace(), item.name());
  }

  private void replace(List<Item<T>> present) {
    Map<ObjectKey, Item<T>> now = new HashMap<>();
    present.forEach(item -> now.put(keyOf(item), item));
    for (ObjectKey key : List.copyOf(told.keySet())) {
      Item<T> before = told.get(key);
      if (before != null && !now.containsKey(key)) {
        gone(key, before);
      }
    }
    present.forEach(this::stored);
    synced.run();
  }

  private void stored(Item<T> item) {
    ObjectKey key = keyOf(item);
    @Nullable Item<T> before = told.put(key, item);
    if (item.equals(before) || nobodyListens()) {
      return;
    }
    T object = item.object();
    if (before == null) {
      indexes.put(key, null, object);
      handlers.tell(new Change.Added<>(object));
      return;
    }
    T old = before.object();
    if (!old.metadata().uid().equals(object.metadata().uid())) {
      // The name passed to another object while nobody watched.
      told.put(key, before);
      gone(key, before);
      stored(item);
      return;
    }
    indexes.put(key, old, object);
    handlers.tell(new Change.Updated<>(old, object));
  }

  /** Indexes hold what was told last; handlers hear of the last version there was. */
  private void gone(ObjectKey key, Item<T> last) {
    @Nullable Item<T> before = told.remove(key);
    if (before != null && !nobodyListens()) {
      indexes.remove(key, before.object());
      handlers.tell(new Change.Removed<>(last.object()));
    }
  }

  private boolean nobodyListens() {
    return handlers.isEmpty() && indexes.isEmpty();
  }

  @Override
  public Optional<T> get(String namespace, String name) {
    return cache.get(namespace, name);
  }

  @Override
  public List<T> list() {
    return cache.list();
  }

  @Override
  public List<T> list(String namespace) {
    return cache.list(namespace);
  }

  @Override
  public List<T> byIndex(String index, String key) {
    List<T> found = new ArrayList<>();
    for (ObjectKey one : indexes.find(index, key)) {
      // The cache may be ahead of the index.
      cache
          .get(one.namespace(), one.name())
          .filter(object -> indexes.files(index, key, object))
          .ifPresent(found::add);
    }
    return found;
  }
}
