package dev.wherry.apiserver.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One watch: filters changes and keeps those that its reader has not taken. The cache's thread
 * fills it, any one thread reads it. It ends when the reader falls too far behind.
 */
public final class Watcher implements AutoCloseable {
  private final Selection selection;
  private final int backlogMax;
  private final Runnable wake;
  private final Runnable onClose;
  private final ArrayDeque<WatchEvent> backlog = new ArrayDeque<>();
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
  static Optional<WatchEvent> seenBy(Selection selection, Change change) {
    boolean before = change.previous().filter(selection::matches).isPresent();
    boolean after = !change.deletion() && selection.matches(change.object());
    if (!before && !after) {
      return Optional.empty();
    }
    WatchEvent.Type type =
        after
            ? (before ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED)
            : WatchEvent.Type.DELETED;
    return Optional.of(new WatchEvent.Changed(type, change.revision(), change.object()));
  }

  void offer(Change change) {
    seenBy(selection, change).ifPresent(this::add);
  }

  void add(WatchEvent event) {
    synchronized (backlog) {
      if (overrun || closed) {
        return;
      }
      if (backlog.size() >= backlogMax) {
        overrun = true;
        backlog.clear();
      } else {
        backlog.add(event);
      }
    }
    wake.run();
  }

  /** First events do not count towards the backlog: they were asked for. */
  void addInitial(List<WatchEvent> events) {
    synchronized (backlog) {
      backlog.addAll(events);
    }
    wake.run();
  }

  /** Takes at most so many events, in order. */
  public List<WatchEvent> take(int max) {
    synchronized (backlog) {
      List<WatchEvent> taken = new ArrayList<>(Math.min(max, backlog.size()));
      while (taken.size() < max && !backlog.isEmpty()) {
        taken.add(backlog.remove());
      }
      return taken;
    }
  }

  /** Whether nothing waits: what was visible before this was asked has been taken. */
  public boolean drained() {
    synchronized (backlog) {
      return backlog.isEmpty() && !overrun;
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
