package dev.wherry.store.rocks;

import static java.util.Objects.requireNonNull;

import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.Page;
import dev.wherry.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Reads of the database from any thread. Every public way in holds the gate, so that the native
 * database is never closed under a read.
 */
final class Reader {
  private final StampedLock gate = new StampedLock();
  private boolean closed;
  private final Database database;
  private final Revisions revisions;
  private final Applied applied;

  Reader(Database database, Revisions revisions, Applied applied) {
    this.database = database;
    this.revisions = revisions;
    this.applied = applied;
  }

  /**
   * A version and where it stands.
   *
   * @param deletion the key is not there; the entry tells its versions so far
   */
  record Stored(Entry entry, Layout.Position position, boolean deletion) {
    static Stored of(Layout.Position position, Layout.LogRecord record) {
      return new Stored(record.entry(position.revision()), position, record.deletion());
    }
  }

  private <T> T whileOpen(Supplier<T> read) {
    applied.await(revisions.current());
    long stamp = gate.readLock();
    try {
      if (closed) {
        throw new StoreException.Unavailable("the store is closed");
      }
      return read.get();
    } finally {
      gate.unlockRead(stamp);
    }
  }

  /** Waits for the reads under way; later ones are refused. */
  void close() {
    long stamp = gate.writeLock();
    closed = true;
    gate.unlockWrite(stamp);
  }

  Optional<Entry> newest(String key) {
    return newestVersion(key).filter(stored -> !stored.deletion()).map(Stored::entry);
  }

  /** A deletion too, until the horizon has passed it. */
  Optional<Stored> newestVersion(String key) {
    return whileOpen(() -> readNewest(key));
  }

  Optional<Entry> at(String key, long revision) {
    return whileOpen(() -> readAt(key, revision));
  }

  /** One page; {@code revision} 0 for the newest, {@code limit} 0 for all. */
  Page range(String from, String to, long revision, int limit) {
    return whileOpen(
        () -> revision == 0 ? rangeNewest(from, to, limit) : rangeAt(from, to, revision, limit));
  }

  /**
   * Events after a revision, at least {@code limit} where there are as many; a transaction is never
   * cut.
   *
   * @throws StoreException.Compacted when some of them are gone
   */
  List<Event> history(long after, long upTo, int limit) {
    return whileOpen(() -> readHistory(after, upTo, limit));
  }

  private Optional<Stored> readNewest(String key) {
    byte[] rawKey = Layout.key(key);
    byte[] latest = database.get(database.latest(), rawKey);
    while (latest != null) {
      byte[] record = database.get(database.log(), Layout.logKey(latest));
      if (record != null) {
        return Optional.of(Stored.of(Layout.Position.of(latest, 0), Layout.record(record)));
      }
      // Replaced, and forgotten by a compaction, between the two reads.
      latest = database.get(database.latest(), rawKey);
    }
    return Optional.empty();
  }

  private Optional<Entry> readAt(String key, long revision) {
    checkReachable(revision);
    Snapshot snapshot = database.snapshot();
    try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
      byte[] latest = database.get(database.latest(), options, Layout.key(key));
      Optional<Entry> found =
          latest == null
              ? Optional.empty()
              : versionAt(Layout.Position.of(latest, 0), revision, options);
      checkKept(revision);
      return found;
    } finally {
      database.release(snapshot);
    }
  }

  private void checkReachable(long revision) {
    if (revision > revisions.current() && revision > written()) {
      throw new StoreException.FutureRevision(revision, revisions.current());
    }
    if (revisions.isLost(revision)) {
      throw new StoreException.Compacted(revision, revisions.current());
    }
    checkKept(revision);
  }

  /** Read before it was published to {@link Revisions#current}: somebody may have seen it. */
  private long written() {
    try (ReadOptions options = new ReadOptions()) {
      return revisions.written(database, options);
    }
  }

  /** After the read: what the horizon moved over meanwhile is no answer. */
  private void checkKept(long revision) {
    if (revision < revisions.compacted()) {
      throw new StoreException.Compacted(revision, revisions.compacted());
    }
  }

  /**
   * The version of a key that was newest at a revision; empty where it was deleted or not there.
   * Costs a read for each version since.
   *
   * @param newest where the key's newest version stands
   */
  private Optional<Entry> versionAt(Layout.Position newest, long revision, ReadOptions options) {
    Layout.Position position = newest;
    while (!position.isNone()) {
      byte[] bytes = database.get(database.log(), options, position.bytes());
      if (bytes == null) {
        return Optional.empty();
      }
      Layout.LogRecord record = Layout.record(bytes);
      if (position.revision() <= revision) {
        return record.deletion()
            ? Optional.empty()
            : Optional.of(record.entry(position.revision()));
      }
      position = record.previous();
    }
    return Optional.empty();
  }

  private Page rangeNewest(String from, String to, int limit) {
    long current = revisions.current();
    Snapshot snapshot = database.snapshot();
    try (ReadOptions options = new ReadOptions().setSnapshot(snapshot);
        Slice upper = new Slice(Layout.key(to));
        ReadOptions scan = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(upper);
        RocksIterator latest = database.iterator(database.latest(), scan)) {
      List<Entry> entries = new ArrayList<>();
      long newest = Math.max(current, revisions.written(database, options));
      latest.seek(Layout.key(from));
      for (; latest.isValid(); latest.next()) {
        byte[] value = latest.value();
        if (Layout.isDeletion(value)) {
          continue;
        }
        if (limit > 0 && entries.size() == limit) {
          return new Page(entries, newest, true);
        }
        entries.add(entry(Layout.Position.of(value, 0), options));
      }
      return new Page(entries, newest, false);
    } finally {
      database.release(snapshot);
    }
  }

  private Page rangeAt(String from, String to, long revision, int limit) {
    checkReachable(revision);
    Snapshot snapshot = database.snapshot();
    try (ReadOptions options = new ReadOptions().setSnapshot(snapshot);
        Slice upper = new Slice(Layout.key(to));
        ReadOptions scan = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(upper);
        RocksIterator latest = database.iterator(database.latest(), scan)) {
      List<Entry> entries = new ArrayList<>();
      latest.seek(Layout.key(from));
      for (; latest.isValid(); latest.next()) {
        Optional<Entry> entry = versionAt(Layout.Position.of(latest.value(), 0), revision, options);
        if (entry.isPresent()) {
          if (limit > 0 && entries.size() == limit) {
            checkKept(revision);
            return new Page(entries, revision, true);
          }
          entries.add(entry.get());
        }
      }
      checkKept(revision);
      return new Page(entries, revision, false);
    } finally {
      database.release(snapshot);
    }
  }

  private Entry entry(Layout.Position position, ReadOptions options) {
    byte[] bytes = database.get(database.log(), options, position.bytes());
    return Layout.record(requireNonNull(bytes, "a version without its record"))
        .entry(position.revision());
  }

  /** About what the log takes from the horizon on. */
  long historyBytes() {
    return whileOpen(() -> {
      byte[] first = new Layout.Position(revisions.compacted() + 1, 0).bytes();
      byte[] last = new Layout.Position(Long.MAX_VALUE, Integer.MAX_VALUE).bytes();
      return database.approximateBytes(database.log(), first, last);
    });
  }

  private List<Event> readHistory(long after, long upTo, int limit) {
    List<Event> events = new ArrayList<>();
    try (ReadOptions options = new ReadOptions();
        RocksIterator log = database.iterator(database.log(), options)) {
      log.seek(new Layout.Position(after + 1, 0).bytes());
      long last = 0;
      for (; log.isValid(); log.next()) {
        Layout.Position position = Layout.Position.of(log.key(), 0);
        if (position.revision() > upTo || (events.size() >= limit && position.revision() != last)) {
          break;
        }
        last = position.revision();
        events.add(event(position, Layout.record(log.value()), options));
      }
    }
    checkKept(after);
    return events;
  }

  private Event event(Layout.Position position, Layout.LogRecord record, ReadOptions options) {
    Optional<Entry> previous = Optional.empty();
    if (!record.previous().isNone()) {
      byte @Nullable [] bytes = database.get(database.log(), options, record.previous().bytes());
      if (bytes != null) {
        previous =
            Optional.of(Layout.record(bytes))
                .filter(before -> !before.deletion())
                .map(before -> before.entry(record.previous().revision()));
      }
    }
    return new Event(
        record.deletion() ? Event.Type.DELETE : Event.Type.PUT,
        record.entry(position.revision()),
        previous);
  }
}
