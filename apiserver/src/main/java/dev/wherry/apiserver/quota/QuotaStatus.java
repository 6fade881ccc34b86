package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Keeps the quotas' status as what they limit is used. */
public final class QuotaStatus implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(QuotaStatus.class.getName());
  private static final int EVENTS_AT_ONCE_MAX = 1_000;

  /** Between two rounds, so that a burst of changes costs a few writes. */
  private static final long PAUSE_MILLIS = 100;

  /** Time alone lets pods stop counting. */
  private static final long RESYNC_SECONDS = 300;

  private final WatchCache cache;
  private final Registry registry;
  private final UserInfo user;
  private final QuotaBook book;
  private final Semaphore signals = new Semaphore(0);
  private final Semaphore never = new Semaphore(0);
  private final Thread thread;
  // Only the thread touches these.
  private final Map<Resource, Watcher> watchers = new LinkedHashMap<>();
  private volatile boolean closed;

  /** Starts the thread; the cache must be filled. */
  public QuotaStatus(QuotaAdmission admission, WatchCache cache, Registry registry, UserInfo user) {
    this.cache = cache;
    this.registry = registry;
    this.user = user;
    this.book = admission.book();
    this.thread = Thread.ofVirtual().name("quota-status").start(this::run);
  }

  private void run() {
    try {
      watch(Quota.RESOURCE);
      boolean all = true;
      while (!closed) {
        Set<String> dirty = drain();
        settle(dirty, all);
        never.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        all = !signals.tryAcquire(RESYNC_SECONDS, TimeUnit.SECONDS);
        signals.drainPermits();
      }
    } catch (InterruptedException e) {
      // Closed.
    } finally {
      watchers.values().forEach(Watcher::close);
    }
  }

  private void watch(Resource resource) {
    watchers.computeIfAbsent(
        resource, r -> cache.watchFromNow(r, Selection.ALL, false, signals::release));
  }

  /** Namespaces in which something changed that a quota may count. */
  private Set<String> drain() {
    Set<String> dirty = new HashSet<>();
    for (Resource resource : List.copyOf(watchers.keySet())) {
      Watcher watcher = watchers.get(resource);
      if (watcher == null) {
        continue;
      }
      if (watcher.overrun()) {
        watcher.close();
        watchers.remove(resource);
        watch(resource);
        signals.release();
        continue;
      }
      List<WatchEvent> events = watcher.take(EVENTS_AT_ONCE_MAX);
      while (!events.isEmpty()) {
        for (WatchEvent event : events) {
          if (event instanceof WatchEvent.Changed changed) {
            dirty.add(changed.object().namespace());
          }
        }
        events = watcher.take(EVENTS_AT_ONCE_MAX);
      }
    }
    return dirty;
  }

  private void settle(Set<String> dirty, boolean all) {
    Set<Resource> wanted = new HashSet<>();
    wanted.add(Quota.RESOURCE);
    for (CachedObject object : cache.list(Quota.RESOURCE, Selection.ALL).objects()) {
      Quota quota = Quota.of(object.sharedTree());
      wanted.addAll(quota.limits().keySet());
      if (all || dirty.contains(quota.namespace())) {
        settle(object, quota);
      }
    }
    wanted.forEach(this::watch);
    watchers
        .entrySet()
        .removeIf(e -> {
          boolean gone = !wanted.contains(e.getKey());
          if (gone) {
            e.getValue().close();
          }
          return gone;
        });
  }

  private void settle(CachedObject object, Quota quota) {
    ObjectNode status = Json.object();
    status.set("hard", quota.hard().toJson());
    status.set("used", book.shown(quota).toJson());
    JsonNode before = object.sharedTree().path("status");
    if (same(before, status)) {
      return;
    }
    ObjectNode wanted = object.tree();
    wanted.set("status", status);
    ResourceInfo info = registry.kinds().find("", "v1", "resourcequotas").orElseThrow();
    WriteRequest request =
        new WriteRequest(user, info, "status", quota.namespace(), quota.name(), false);
    try {
      if (registry.objects().rewrite(request, object, wanted).isEmpty()) {
        signals.release();
      }
    } catch (ApiException e) {
      if (!closed) {
        String name = quota.namespace() + "/" + quota.name();
        LOG.log(Level.WARNING, "quota=" + name + " status not written: " + e.text());
      }
    }
  }

  private static boolean same(JsonNode before, ObjectNode status) {
    return before.path("hard").equals(status.path("hard"))
        && before.path("used").equals(status.path("used"));
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
