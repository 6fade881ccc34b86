package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** The objects of the watch cache as trees; listeners are told by one virtual thread each. */
public final class CacheView implements ObjectView {
  private static final int EVENTS_PER_TURN = 256;

  private final WatchCache cache;

  public CacheView(WatchCache cache) {
    this.cache = cache;
  }

  @Override
  public Optional<ObjectNode> get(Resource resource, String namespace, String name) {
    return cache.get(resource, namespace, name).map(CachedObject::tree);
  }

  @Override
  public List<ObjectNode> list(Resource resource, String namespace) {
    Selection selection = new Selection(namespace, Labels.EVERYTHING, Fields.EVERYTHING);
    return cache.list(resource, selection).objects().stream().map(CachedObject::tree).toList();
  }

  @Override
  public void subscribe(Resource resource, ObjectListener listener) {
    Semaphore news = new Semaphore(0);
    Watcher watcher = cache.watchFromNow(resource, Selection.ALL, false, news::release);
    tell(watcher, listener);
    Thread.ofVirtual()
        .name("view-" + resource)
        .start(() -> {
          while (!Thread.currentThread().isInterrupted()) {
            news.acquireUninterruptibly();
            news.drainPermits();
            tell(watcher, listener);
          }
        });
  }

  private static void tell(Watcher watcher, ObjectListener listener) {
    List<WatchEvent> events = watcher.take(EVENTS_PER_TURN);
    while (!events.isEmpty()) {
      for (WatchEvent event : events) {
        if (event instanceof WatchEvent.Changed(WatchEvent.Type type, long _, CachedObject o)) {
          if (type == WatchEvent.Type.DELETED) {
            listener.removed(o.namespace(), o.name());
          } else {
            listener.stored(o.tree());
          }
        }
      }
      events = watcher.take(EVENTS_PER_TURN);
    }
  }
}
