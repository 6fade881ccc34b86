package dev.wherry.apiserver.cache;

import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The objects of one resource, its last changes and its watchers. */
public final class ResourceCache {
  /** Events that may wait for one watcher. */
  static final int BACKLOG_MAX = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<String, CachedObject> objects = new TreeMap<>();
  private final ChangeHistory history;
  private final Set<Watcher> watchers = new LinkedHashSet<>();

  /** The last listing of everything in a scope, until something changes. */
  private @Nullable Whole whole;

  /**
   * @param namespace "" for all
   * @param objects not to be changed
   */
  private record Whole(String namespace, List<CachedObject> objects) {
    List<CachedObject> after(String key) {
      if (key.isEmpty()) {
        return objects;
      }
      int from = 0;
      int to = objects.size();
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (objects.get(middle).key().compareTo(key) > 0) {
          to = middle;
        } else {
          from = middle + 1;
        }
      }
      return objects.subList(from, objects.size());
    }
  }

  /** Of the last change here; the whole cache may not have come as far yet. */
  private long newest;

  /** Objects as of one revision. */
  public record Listing(List<CachedObject> objects, long revision) {}

  /**
   * @param historySince changes before this revision were forgotten by the store already
   */
  ResourceCache(long historySince) {
    this.history = new ChangeHistory(historySince);
  }

  void load(CachedObject object) {
    whole = null;
    objects.put(object.key(), object);
  }

  /** A change from before the cache was filled: for the history only. */
  void remember(Change change) {
    lock.lock();
    try {
      history.add(change);
    } finally {
      lock.unlock();
    }
  }

  /** Changes up to a revision cannot be told any more. */
  void forget(long revision) {
    lock.lock();
    try {
      history.forget(revision);
    } finally {
      lock.unlock();
    }
  }

  /** Changes up to a revision are old: few of them are remembered. */
  void age(long revision) {
    lock.lock();
    try {
      history.age(revision);
    } finally {
      lock.unlock();
    }
  }

  void apply(Change change) {
    lock.lock();
    try {
      String key = change.object().key();
      whole = null;
      CachedObject replaced =
          change.deletion() ? objects.remove(key) : objects.put(key, change.object());
      if (replaced != null) {
        replaced.retire();
      }
      remember(change);
      newest = change.revision();
      Announcement announcement = new Announcement(change);
      for (Watcher watcher : watchers) {
        watcher.offer(announcement);
      }
    } finally {
      lock.unlock();
    }
  }

  public Optional<CachedObject> get(String key) {
    lock.lock();
    try {
      return Optional.ofNullable(objects.get(key));
    } finally {
      lock.unlock();
    }
  }

  public int size() {
    lock.lock();
    try {
      return objects.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * All selected objects in the order of their keys. The list holds references only.
   *
   * @param after only those whose keys come behind this one; "" for all
   * @param applied the revision up to which the cache is filled, read under the lock
   */
  Listing list(Selection selection, String after, java.util.function.LongSupplier applied) {
    lock.lock();
    try {
      return new Listing(selected(selection, after), Math.max(newest, applied.getAsLong()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * All selected objects as they were at a revision.
   *
   * @param after only those whose keys come behind this one; "" for all
   * @return empty when changes after it are forgotten
   */
  Optional<Listing> listAt(Selection selection, String after, long revision) {
    lock.lock();
    try {
      if (revision >= newest) {
        return Optional.of(new Listing(selected(selection, after), revision));
      }
      if (revision < history.since()) {
        return Optional.empty();
      }
      Map<String, Optional<CachedObject>> then = new HashMap<>();
      for (Iterator<Change> it = history.newestFirst(); it.hasNext(); ) {
        Change change = it.next();
        if (change.revision() <= revision) {
          break;
        }
        // Of several changes the first one after the revision counts, and it comes last here.
        then.put(change.object().key(), change.previous());
      }
      List<CachedObject> found = new ArrayList<>(selected(selection, after));
      found.removeIf(object -> then.containsKey(object.key()));
      for (Optional<CachedObject> old : then.values()) {
        old.filter(selection::matches)
            .filter(object -> object.key().compareTo(after) > 0)
            .ifPresent(found::add);
      }
      found.sort(Comparator.comparing(CachedObject::key));
      return Optional.of(new Listing(found, revision));
    } finally {
      lock.unlock();
    }
  }

  /** Not to be changed. */
  private List<CachedObject> selected(Selection selection, String after) {
    Whole known = whole;
    if (selection.isWhole() && known != null && known.namespace().equals(selection.namespace())) {
      return known.after(after);
    }
    NavigableMap<String, CachedObject> range = objects;
    if (!selection.namespace().isEmpty()) {
      range = range.subMap(selection.namespace() + "/", false, selection.namespace() + "0", false);
    }
    if (!range.isEmpty() && after.compareTo(range.firstKey()) >= 0) {
      if (after.compareTo(range.lastKey()) >= 0) {
        return List.of();
      }
      range = range.tailMap(after, false);
    }
    List<CachedObject> found = new ArrayList<>();
    for (CachedObject object : range.values()) {
      if (selection.isWhole() || selection.matches(object)) {
        found.add(object);
      }
    }
    List<CachedObject> unchanging = Collections.unmodifiableList(found);
    if (selection.isWhole() && after.isEmpty()) {
      whole = new Whole(selection.namespace(), unchanging);
    }
    return unchanging;
  }

  /**
   * A watch of every change after a revision.
   *
   * @throws ApiException 410 when changes after it are forgotten
   */
  Watcher watchAfter(Selection selection, long revision, Runnable wake) {
    lock.lock();
    try {
      if (revision < history.since()) {
        throw new ApiException(
            Reason.EXPIRED, "too old resource version: " + revision + " (" + history.since() + ")");
      }
      Watcher watcher = register(selection, wake);
      List<WatchEvent> missed = new ArrayList<>();
      for (Iterator<Change> it = history.newestFirst(); it.hasNext(); ) {
        Change change = it.next();
        if (change.revision() <= revision) {
          break;
        }
        Watcher.seenBy(selection, change)
            .ifPresent(type -> missed.add(WatchEvent.Changed.of(type, change, Frames.alone())));
      }
      watcher.addMissed(missed.reversed());
      return watcher;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A watch that begins with all there is.
   *
   * @param bookmark whether a bookmark ends the first events
   */
  Watcher watchFromNow(Selection selection, boolean bookmark, LongSupplier applied, Runnable wake) {
    lock.lock();
    try {
      Watcher watcher = register(selection, wake);
      long revision = Math.max(newest, applied.getAsLong());
      watcher.beginWith(
          selected(selection, ""),
          bookmark ? Optional.of(new WatchEvent.Bookmark(revision, true)) : Optional.empty());
      return watcher;
    } finally {
      lock.unlock();
    }
  }

  private Watcher register(Selection selection, Runnable wake) {
    Watcher[] self = new Watcher[1];
    Watcher watcher = new Watcher(selection, BACKLOG_MAX, wake, () -> unregister(self[0]));
    self[0] = watcher;
    watchers.add(watcher);
    return watcher;
  }

  private void unregister(Watcher watcher) {
    lock.lock();
    try {
      watchers.remove(watcher);
    } finally {
      lock.unlock();
    }
  }

  /** Watches under way. */
  public int watcherCount() {
    lock.lock();
    try {
      return watchers.size();
    } finally {
      lock.unlock();
    }
  }
}
