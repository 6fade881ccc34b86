package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The watch cache as security code sees it. All listeners are called by one virtual thread, which
 * drains one watcher for each subscription; a watcher that was overrun is replaced, and the
 * listener is told of what vanished meanwhile.
 */
public final class CacheView implements ObjectView, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CacheView.class.getName());
  private static final int EVENTS_AT_ONCE_MAX = 1_000;

  private final WatchCache cache;
  private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final Thread thread;
  // Only the thread touches this.
  private final List<Following> following = new ArrayList<>();
  private volatile boolean closed;

  /** Starts the thread; the cache must be filled. */
  public CacheView(WatchCache cache) {
    this.cache = cache;
    this.thread = Thread.ofVirtual().name("security-view").start(this::run);
  }

  @Override
  public Optional<ObjectNode> get(Resource resource, String namespace, String name) {
    return cache.get(resource, namespace, name).map(CachedObject::sharedTree);
  }

  @Override
  public List<ObjectNode> list(Resource resource, String namespace) {
    Selection selection = new Selection(namespace, Selection.ALL.labels(), Selection.ALL.fields());
    return cache.list(resource, selection).objects().stream()
        .map(CachedObject::sharedTree)
        .toList();
  }

  @Override
  public void subscribe(Resource resource, ObjectListener listener) {
    Following one = new Following(resource, listener);
    if (Thread.currentThread() == thread) {
      one.start();
      return;
    }
    CompletableFuture<Boolean> told = new CompletableFuture<>();
    inbox.add(() -> {
      try {
        one.start();
        told.complete(true);
      } catch (RuntimeException e) {
        told.completeExceptionally(e);
      }
    });
    told.join();
  }

  @Override
  public void close() {
    closed = true;
    inbox.add(() -> following.forEach(Following::stop));
  }

  private void run() {
    while (!closed || !inbox.isEmpty()) {
      try {
        inbox.take().run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "security view: a listener failed", e);
      }
    }
  }

  /** One subscription: its watcher, and what its listener was told of. */
  private final class Following {
    private final Resource resource;
    private final ObjectListener listener;
    private Map<String, CachedObject> known = new HashMap<>();
    private @Nullable Watcher current;
    private final AtomicBoolean signalled = new AtomicBoolean();

    Following(Resource resource, ObjectListener listener) {
      this.resource = resource;
      this.listener = listener;
    }

    private Watcher watcher() {
      if (current == null) {
        current = cache.watchFromNow(resource, Selection.ALL, false, this::signal);
      }
      return current;
    }

    /** At most one signal of each subscription waits in the inbox. */
    private void signal() {
      if (signalled.compareAndSet(false, true)) {
        inbox.add(this::drain);
      }
    }

    void start() {
      following.add(this);
      drain();
    }

    void stop() {
      watcher().close();
    }

    void drain() {
      signalled.set(false);
      if (watcher().overrun()) {
        resume();
      }
      Watcher watcher = watcher();
      List<WatchEvent> events = watcher.take(EVENTS_AT_ONCE_MAX);
      while (!events.isEmpty()) {
        events.forEach(this::tell);
        events = watcher.take(EVENTS_AT_ONCE_MAX);
      }
    }

    private void tell(WatchEvent event) {
      switch (event) {
        case WatchEvent.Bookmark _ -> {}
        case WatchEvent.Changed changed -> {
          CachedObject object = changed.object();
          if (changed.type() == WatchEvent.Type.DELETED) {
            known.remove(object.key());
            listener.removed(object.namespace(), object.name());
          } else {
            known.put(object.key(), object);
            if (listener.onlyWith().isEmpty() || !object.field(listener.onlyWith()).isEmpty()) {
              listener.stored(object.tree());
            } else {
              listener.removed(object.namespace(), object.name());
            }
          }
        }
      }
    }

    /** Starts over after an overrun: what is no longer there is told as removed first. */
    private void resume() {
      watcher().close();
      current = null;
      Map<String, CachedObject> before = known;
      known = new HashMap<>();
      for (CachedObject old : before.values()) {
        if (cache.get(resource, old.namespace(), old.name()).isEmpty()) {
          listener.removed(old.namespace(), old.name());
        }
      }
    }
  }
}
