package dev.wherry.apiserver.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * One watch: filters changes and keeps those that its reader has not taken. The cache's thread
 * fills it, any one thread reads it. It ends when the reader falls too far behind.
 */
public final class Watcher implements AutoCloseable {
  /** Bytes of objects that may wait for the reader; a single larger one passes. */
  static final long BACKLOG_BYTES_MAX = 16L << 20;

  private final Selection selection;
  private final int backlogMax;
  private final Runnable wake;
  private final Runnable onClose;
  private final ArrayDeque<WatchEvent> backlog = new ArrayDeque<>();
  private Iterator<CachedObject> present = Collections.emptyIterator();
  private long backlogBytes;
  private boolean overrun;
  private volatile boolean closed;

  /**
   * @param wake called, possibly on the cache's thread, when something waits; must not block
   */
  Watcher(Selection selection, int backlogMax, Runnable wake, Runnable onClose) {
    this.selection = selection;
    this.backlogMax = backlogMax;
    this.wake = wake;
    this.onClose = onClose;
  }

  /** As the selection sees a change: what leaves it is deleted, what comes into it is added. */
  static Optional<WatchEvent.Type> seenBy(Selection selection, Change change) {
    boolean before = change.previous().filter(selection::matches).isPresent();
    boolean after = !change.deletion() && selection.matches(change.object());
    if (!before && !after) {
      return Optional.empty();
    }
    return Optional.of(
        after
            ? (before ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED)
            : WatchEvent.Type.DELETED);
  }

  void offer(Announcement announcement) {
    seenBy(selection, announcement.change()).ifPresent(type -> add(announcement.event(type)));
  }

  void add(WatchEvent event) {
    synchronized (backlog) {
      if (overrun || closed) {
        return;
      }
      backlogBytes += bytes(event);
      if (backlog.size() >= backlogMax
          || (backlogBytes > BACKLOG_BYTES_MAX && !backlog.isEmpty())) {
        overrun = true;
        backlog.clear();
        present = Collections.emptyIterator();
      } else {
        backlog.add(event);
      }
    }
    wake.run();
  }

  private static long bytes(WatchEvent event) {
    return switch (event) {
      case WatchEvent.Changed changed -> changed.object().bytes().length;
      case WatchEvent.Bookmark _ -> 0;
    };
  }

  /** Events missed meanwhile. They do not count towards the backlog: they were asked for. */
  void addMissed(List<WatchEvent> events) {
    synchronized (backlog) {
      backlog.addAll(events);
      events.forEach(event -> backlogBytes += bytes(event));
    }
    wake.run();
  }

  /**
   * What there is at the beginning; it is told before anything else, and held as references until
   * then.
   *
   * @param end the bookmark behind it
   */
  void beginWith(List<CachedObject> objects, Optional<WatchEvent.Bookmark> end) {
    synchronized (backlog) {
      present = objects.iterator();
      end.ifPresent(backlog::addFirst);
    }
    wake.run();
  }

  /** Takes at most so many events, in order. */
  public List<WatchEvent> take(int max) {
    synchronized (backlog) {
      List<WatchEvent> taken = new ArrayList<>();
      while (taken.size() < max && present.hasNext()) {
        taken.add(WatchEvent.Changed.present(present.next()));
      }
      while (taken.size() < max && !backlog.isEmpty()) {
        WatchEvent event = backlog.remove();
        backlogBytes -= bytes(event);
        taken.add(event);
      }
      return taken;
    }
  }

  /** Whether nothing waits: what was visible before this was asked has been taken. */
  public boolean drained() {
    synchronized (backlog) {
      return backlog.isEmpty() && !present.hasNext() && !overrun;
    }
  }

  /** Whether events were dropped; the watch must then be ended with 410. */
  public boolean overrun() {
    synchronized (backlog) {
      return overrun;
    }
  }

  public Selection selection() {
    return selection;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }
}
