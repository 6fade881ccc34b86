package dev.wherry.store.rocks;

import dev.wherry.store.Event;
import dev.wherry.store.StoreException;
import dev.wherry.store.Subscription;
import dev.wherry.store.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The watches under way. The writer feeds their backlogs; each is read by a virtual thread. */
final class Watches {
  /** Events read from the log in one go while a watch catches up. */
  private static final int REPLAY_EVENTS = 512;

  private final Reader reader;
  private final CopyOnWriteArrayList<Watch> all = new CopyOnWriteArrayList<>();

  Watches(Reader reader) {
    this.reader = reader;
  }

  /**
   * Called on the writer's thread, so that no event falls between history and backlog.
   *
   * @param upTo the newest revision; later ones come through {@link #happened}
   */
  Subscription start(
      String from, String to, long after, long upTo, int backlogMax, WatchListener listener) {
    Watch watch = new Watch(from, to, after, upTo, backlogMax, listener);
    all.add(watch);
    Thread.ofVirtual().name("store-watch").start(watch::run);
    return watch;
  }

  /** Whether anybody watches; on the writer's thread, where watches begin too. */
  boolean isWatched() {
    return !all.isEmpty();
  }

  void happened(List<Event> events) {
    for (Watch watch : all) {
      watch.offer(events);
    }
  }

  void close() {
    all.forEach(watch -> watch.end(WatchListener.End.STORE_CLOSED));
  }

  private final class Watch implements Subscription {
    private final String from;
    private final String to;
    private final long after;
    private final long upTo;
    private final int backlogMax;
    private final WatchListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Event> backlog = new ArrayList<>();
    private WatchListener.End end = WatchListener.End.CLOSED;
    private boolean ending;

    Watch(String from, String to, long after, long upTo, int backlogMax, WatchListener listener) {
      this.from = from;
      this.to = to;
      this.after = after;
      this.upTo = upTo;
      this.backlogMax = backlogMax;
      this.listener = listener;
    }

    private boolean wants(Event event) {
      String key = event.entry().key();
      return key.compareTo(from) >= 0 && key.compareTo(to) < 0;
    }

    void offer(List<Event> events) {
      lock.lock();
      try {
        for (Event event : events) {
          if (event.revision() > after && wants(event)) {
            backlog.add(event);
          }
        }
        if (backlog.size() > backlogMax && !ending) {
          ending = true;
          end = WatchListener.End.OVERRUN;
        }
        if (ending) {
          backlog = new ArrayList<>();
        }
        changed.signal();
      } finally {
        lock.unlock();
      }
    }

    void run() {
      try {
        replay();
        List<Event> next = take();
        while (!next.isEmpty()) {
          listener.events(next);
          next = take();
        }
      } catch (StoreException.Compacted e) {
        // The horizon moved over what was still to be replayed.
        end(WatchListener.End.OVERRUN);
      } catch (StoreException.Unavailable e) {
        end(WatchListener.End.STORE_CLOSED);
      } finally {
        all.remove(this);
        listener.ended(reason());
      }
    }

    private void replay() {
      long done = after;
      while (done < upTo && !isEnding()) {
        List<Event> read = reader.history(done, upTo, REPLAY_EVENTS);
        if (read.isEmpty()) {
          return;
        }
        done = read.getLast().revision();
        List<Event> wanted = read.stream().filter(this::wants).toList();
        if (!wanted.isEmpty()) {
          listener.events(wanted);
        }
      }
    }

    private boolean isEnding() {
      lock.lock();
      try {
        return ending;
      } finally {
        lock.unlock();
      }
    }

    /** All that waits; empty when the watch ends. */
    private List<Event> take() {
      lock.lock();
      try {
        while (backlog.isEmpty() && !ending) {
          changed.awaitUninterruptibly();
        }
        if (ending) {
          return List.of();
        }
        List<Event> taken = backlog;
        backlog = new ArrayList<>();
        return taken;
      } finally {
        lock.unlock();
      }
    }

    private WatchListener.End reason() {
      lock.lock();
      try {
        return end;
      } finally {
        lock.unlock();
      }
    }

    void end(WatchListener.End reason) {
      lock.lock();
      try {
        if (!ending) {
          ending = true;
          end = reason;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      end(WatchListener.End.CLOSED);
    }
  }
}
